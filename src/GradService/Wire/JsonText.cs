using System.Buffers;
using System.Globalization;
using System.Text;

namespace GradService.Wire;

/// <summary>Strings of JSON made readable: escapes undone, and tokens described for error messages.</summary>
internal static class JsonText
{
    private const int LongestQuote = 40;

    private static readonly SearchValues<byte> EndsWord = SearchValues.Create(" \t\r\n,:[]{}\""u8);

    /// <summary>Undoes the escapes of a string whose escapes are valid.</summary>
    /// <param name="raw">What stands between the quotes.</param>
    /// <returns>Its UTF-8 bytes, in an array of its own.</returns>
    public static byte[] Unescape(ReadOnlySpan<byte> raw)
    {
        var bytes = new byte[raw.Length];
        int length = Unescape(raw, bytes);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>Undoes the escapes of a string whose escapes are valid.</summary>
    /// <param name="raw">What stands between the quotes.</param>
    /// <param name="into">Receives its UTF-8 bytes; as long as <paramref name="raw"/> is enough.</param>
    /// <returns>How many bytes they are.</returns>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> into)
    {
        int written = 0;
        for (int escape = raw.IndexOf((byte)'\\'); escape >= 0; escape = raw.IndexOf((byte)'\\'))
        {
            raw[..escape].CopyTo(into[written..]);
            written += escape;
            raw = raw[escape..];
            written += Undo(ref raw, into[written..]);
        }

        raw.CopyTo(into[written..]);
        return written + raw.Length;
    }

    /// <summary>Reads <c>\uXXXX</c>.</summary>
    /// <param name="text">Text that may begin with one.</param>
    /// <param name="unit">The UTF-16 code unit.</param>
    public static bool TryCodeUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = default;
        if (text.Length < 6 || text[0] != '\\' || text[1] != 'u' ||
            !ushort.TryParse(text[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
        {
            return false;
        }

        unit = (char)code;
        return true;
    }

    /// <summary>Says what stands at an offset: <c>the string "abc"</c>, <c>1.5</c>, <c>an object</c>, <c>the end of the body</c>.</summary>
    /// <param name="text">The body.</param>
    /// <param name="at">An offset into it, or its length.</param>
    public static string Describe(ReadOnlySpan<byte> text, int at)
    {
        if (at >= text.Length)
        {
            return "the end of the body";
        }

        ReadOnlySpan<byte> rest = text[at..];
        switch (rest[0])
        {
            case (byte)'{':
                return "an object";
            case (byte)'[':
                return "an array";
            case (byte)'"':
                int close = rest[1..].IndexOf((byte)'"');
                return $"the string \"{Quote(close < 0 ? rest[1..] : rest[1..(close + 1)])}\"";
            case (byte)',' or (byte)':' or (byte)']' or (byte)'}' or (byte)'#' or (byte)'\'':
                return $"'{(char)rest[0]}'";
            case (byte)'/':
                return "'/' (JSON has no comments)";
            case <= 0x20 or >= 0x7f:
                return $"the byte 0x{rest[0]:x2}";
        }

        return Quote(Word(rest));
    }

    /// <summary>The run of characters up to white space or punctuation: a number, a literal, or what was meant as one.</summary>
    /// <param name="text">Text that begins with it.</param>
    public static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAny(EndsWord);
        return end < 0 ? text : text[..end];
    }

    /// <summary>Text for a message, cut where it grows long.</summary>
    /// <param name="text">Any text.</param>
    public static string Quote(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "...";

    /// <summary>Text for a message, cut where it grows long.</summary>
    /// <param name="text">UTF-8, or nearly so.</param>
    public static string Quote(ReadOnlySpan<byte> text) => Quote(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * LongestQuote)]));

    private static int Undo(ref ReadOnlySpan<byte> raw, Span<byte> bytes)
    {
        if (TryCodeUnit(raw, out char unit))
        {
            raw = raw[6..];
            var rune = default(Rune);
            if (!Rune.TryCreate(unit, out rune) && TryCodeUnit(raw, out char second))
            {
                raw = raw[6..];
                rune = new Rune(unit, second);
            }

            return rune.EncodeToUtf8(bytes);
        }

        bytes[0] = raw[1] switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            byte itself => itself,
        };
        raw = raw[2..];
        return 1;
    }
}
