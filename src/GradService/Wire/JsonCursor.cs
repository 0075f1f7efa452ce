using System.Buffers;
using System.Text.Unicode;

namespace GradService.Wire;

/// <summary>A place in JSON text, with the few steps every reader takes: white space, punctuation, strings. Never reads past the text.</summary>
internal ref struct JsonCursor
{
    private static readonly SearchValues<byte> EndsPlainText = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 32).Select(control => (byte)control)]);

    /// <summary>Puts a cursor at a place.</summary>
    /// <param name="text">The whole body, so that errors can name lines and offsets.</param>
    /// <param name="at">Where to begin.</param>
    public JsonCursor(ReadOnlySpan<byte> text, int at)
    {
        Text = text;
        At = at;
    }

    /// <summary>The whole body.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The offset of the next byte.</summary>
    public int At { get; set; }

    /// <summary>The next byte, or -1 at the end.</summary>
    public readonly int Next => At < Text.Length ? Text[At] : -1;

    /// <summary>Steps over white space, then tells the next byte, or -1 at the end.</summary>
    public int NextToken()
    {
        while (At < Text.Length && IsSpace(Text[At]))
        {
            At++;
        }

        return Next;
    }

    /// <summary>Steps over the next token if it is the given mark.</summary>
    /// <param name="mark">An ASCII character.</param>
    public bool TryTake(char mark)
    {
        if (NextToken() != mark)
        {
            return false;
        }

        At++;
        return true;
    }

    /// <summary>Steps over a mark that must stand here.</summary>
    /// <param name="mark">An ASCII character.</param>
    /// <param name="path">The path an error is reported at.</param>
    /// <param name="expected">What to say was expected.</param>
    public void Take(char mark, string path, string expected)
    {
        if (!TryTake(mark))
        {
            throw Unexpected(path, expected);
        }
    }

    /// <summary>Whether a literal (<c>true</c>, <c>false</c>, <c>null</c>) stands here as a whole word; steps over it if so.</summary>
    /// <param name="literal">The literal.</param>
    public bool TryLiteral(ReadOnlySpan<byte> literal)
    {
        if (!Text[At..].StartsWith(literal))
        {
            return false;
        }

        int after = At + literal.Length;
        if (after < Text.Length && (char.IsAsciiLetterOrDigit((char)Text[after]) || Text[after] >= 0x80))
        {
            return false;
        }

        At = after;
        return true;
    }

    /// <summary>Steps over the string that begins here.</summary>
    /// <param name="path">The path an error is reported at.</param>
    /// <returns>What stands between the quotes, escapes and all; escapes and UTF-8 are valid.</returns>
    /// <exception cref="BodyException">No string, or one that is unfinished or holds control characters, bad escapes or bytes that are not UTF-8.</exception>
    public ReadOnlySpan<byte> String(string path)
    {
        if (NextToken() != '"')
        {
            throw Unexpected(path, "a string");
        }

        int begin = At + 1;
        int at = begin;
        while (true)
        {
            int step = Text[at..].IndexOfAny(EndsPlainText);
            if (step < 0)
            {
                throw new BodyException(path, $"The body ends inside a string that begins at {Place(Text, begin - 1)}: its closing quote is missing.", BodyException.Malformed);
            }

            at += step;
            if (Text[at] == '"')
            {
                break;
            }

            at = Text[at] == '\\'
                ? AfterEscape(at, path)
                : throw new BodyException(path, $"A string holds the control character 0x{Text[at]:x2} at {Place(Text, at)}: JSON wants it escaped.", BodyException.Malformed);
        }

        ReadOnlySpan<byte> content = Text[begin..at];
        if (!Utf8.IsValid(content))
        {
            throw new BodyException(path, $"The string at {Place(Text, begin - 1)} is not valid UTF-8.", BodyException.Malformed);
        }

        At = at + 1;
        return content;
    }

    /// <summary>Steps over the name of a member and the colon behind it.</summary>
    /// <param name="path">The path of the object.</param>
    /// <returns>The name, escapes and all.</returns>
    public ReadOnlySpan<byte> MemberName(string path)
    {
        if (NextToken() != '"')
        {
            throw Unexpected(path, "the name of a member in double quotes" + (Next == '}' ? " (JSON allows no trailing comma)" : string.Empty));
        }

        ReadOnlySpan<byte> name = String(path);
        Take(':', path, "':' after the name of a member");
        return name;
    }

    /// <summary>The error for a token that has no business here.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="expected">What should have stood here.</param>
    /// <param name="statusCode">400 unless said otherwise.</param>
    public readonly BodyException Unexpected(string path, string expected, int statusCode = BodyException.Malformed) =>
        new(path, $"Expected {expected}, found {JsonText.Describe(Text, At)} at {Place(Text, At)}.", statusCode);

    /// <summary>Whether a byte is white space to JSON.</summary>
    /// <param name="value">A byte.</param>
    public static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    /// <summary>Line and byte for people, counted from 1: <c>line 3, byte 17</c>.</summary>
    /// <param name="text">The body.</param>
    /// <param name="at">An offset into it.</param>
    public static string Place(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> before = text[..at];
        return $"line {before.Count((byte)'\n') + 1}, byte {at - before.LastIndexOf((byte)'\n')}";
    }

    private readonly int AfterEscape(int at, string path)
    {
        ReadOnlySpan<byte> rest = Text[at..];
        if (rest.Length >= 2 && "\"\\/bfnrt"u8.Contains(rest[1]))
        {
            return at + 2;
        }

        if (JsonText.TryCodeUnit(rest, out char unit))
        {
            if (!char.IsSurrogate(unit))
            {
                return at + 6;
            }

            if (char.IsHighSurrogate(unit) && JsonText.TryCodeUnit(rest[6..], out char second) && char.IsLowSurrogate(second))
            {
                return at + 12;
            }
        }

        throw new BodyException(path, $"A string holds an escape that JSON does not know, or half of a surrogate pair, at {Place(Text, at)}.", BodyException.Malformed);
    }
}
