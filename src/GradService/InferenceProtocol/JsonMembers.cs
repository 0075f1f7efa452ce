using System.Text;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>The steps by which the JSON part of a request is walked: members, elements and the scalars of the protocol.</summary>
internal static class JsonMembers
{
    private const int LongestName = 256;

    // The protocol's own, for which no text need be made.
    private static readonly (byte[] Utf8, string Text)[] Names =
    [
        .. new[] { "name", "shape", "datatype", "parameters", "data", "binary_data_size", "binary_data", "inputs", "outputs", "id" }.Select(name => (Encoding.UTF8.GetBytes(name), name)),
    ];

    /// <summary>Steps to the value of an object's next member.</summary>
    /// <param name="cursor">Before the object, or behind the value of the member before.</param>
    /// <param name="begun">False for the first step; set.</param>
    /// <param name="path">The object's JSON path.</param>
    /// <returns>The member's name; null behind the object's end.</returns>
    public static string? NextName(ref JsonCursor cursor, ref bool begun, string path)
    {
        if (!Continues(ref cursor, ref begun, '{', '}', path, "an object", "',' or '}' after a member"))
        {
            return null;
        }

        if (cursor.NextToken() != '"')
        {
            throw cursor.Unexpected(path, "the name of a member in double quotes");
        }

        ReadOnlySpan<byte> name = cursor.String(path);
        if (name.Length > LongestName)
        {
            throw new BodyException(path, $"The name of a member is {name.Length} bytes long; at most {LongestName} are allowed.", BodyException.Malformed);
        }

        cursor.Take(':', path, "':' after the name of a member");
        cursor.NextToken();
        return Known(name) ?? Encoding.UTF8.GetString(Unescaped(name));
    }

    /// <summary>Steps to an array's next element.</summary>
    /// <param name="cursor">Before the array, or behind the element before.</param>
    /// <param name="begun">False for the first step; set.</param>
    /// <param name="path">The array's JSON path.</param>
    /// <returns>False behind the array's end.</returns>
    public static bool NextElement(ref JsonCursor cursor, ref bool begun, string path) =>
        Continues(ref cursor, ref begun, '[', ']', path, "an array", "',' or ']' after an element");

    /// <summary>Steps over <c>null</c>, which clients write for what they leave out.</summary>
    /// <returns>Whether it stood here.</returns>
    public static bool Absent(ref JsonCursor cursor)
    {
        cursor.NextToken();
        return cursor.TryLiteral("null"u8);
    }

    /// <summary>Reads a string.</summary>
    public static string Text(ref JsonCursor cursor, string path) => Encoding.UTF8.GetString(Bytes(ref cursor, path));

    /// <summary>Reads a string, its escapes undone, as UTF-8.</summary>
    public static ReadOnlySpan<byte> Bytes(ref JsonCursor cursor, string path) => Unescaped(cursor.String(path));

    /// <summary>Reads <c>true</c> or <c>false</c>.</summary>
    public static bool Flag(ref JsonCursor cursor, string path)
    {
        cursor.NextToken();
        bool value = cursor.TryLiteral("true"u8);
        return value || cursor.TryLiteral("false"u8) ? value : throw cursor.Unexpected(path, "true or false");
    }

    /// <summary>Reads an integer that is at least 0; one beyond 64 bits is read as <see cref="long.MaxValue"/>, which is over every limit.</summary>
    /// <param name="cursor">At the integer; moved behind it.</param>
    /// <param name="path">Its JSON path, or that of the list it stands in.</param>
    /// <param name="index">Where it stands in the list; null in none.</param>
    public static long Count(ref JsonCursor cursor, string path, int? index = null)
    {
        cursor.NextToken();
        int at = cursor.At;
        NumberOutcome outcome = NumberScanner.TryRead(cursor.Text, ref at, out long value);
        if (outcome == NumberOutcome.Read && value >= 0)
        {
            cursor.At = at;
            return value;
        }

        string place = index is { } position ? $"{path}[{position}]" : path;
        if (outcome is not (NumberOutcome.Read or NumberOutcome.OutOfRange))
        {
            throw ElementErrors.For(cursor.Text, cursor.At, outcome, ElementType.INT64, place);
        }

        if (cursor.Next == '-')
        {
            throw new BodyException(place, $"{JsonText.Quote(JsonText.Word(cursor.Text[cursor.At..]))} was found; expected an integer that is at least 0.", BodyException.Malformed);
        }

        JsonSkipper.Skip(ref cursor, 0, place);
        return long.MaxValue;
    }

    /// <summary>Marks a member as seen.</summary>
    /// <exception cref="BodyException">It was seen before.</exception>
    public static void Once(ref int seen, int bit, string name, string path)
    {
        if ((seen & bit) != 0)
        {
            throw new BodyException(path, $"The member \"{name}\" stands twice in one object.", BodyException.Malformed);
        }

        seen |= bit;
    }

    private static ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> raw) => raw.Contains((byte)'\\') ? JsonText.Unescape(raw) : raw;

    private static string? Known(ReadOnlySpan<byte> name)
    {
        foreach ((byte[] known, string text) in Names)
        {
            if (name.SequenceEqual(known))
            {
                return text;
            }
        }

        return null;
    }

    private static bool Continues(ref JsonCursor cursor, ref bool begun, char open, char close, string path, string what, string after)
    {
        if (begun)
        {
            if (cursor.TryTake(','))
            {
                return true;
            }

            cursor.Take(close, path, after);
            return false;
        }

        begun = true;
        cursor.Take(open, path, what);
        return !cursor.TryTake(close);
    }
}
