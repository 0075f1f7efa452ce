namespace GradService.Wire;

/// <summary>The numbers that JSON has no digits for: the strings <c>"NaN"</c>, <c>"Infinity"</c> and <c>"-Infinity"</c>.</summary>
internal static class NamedNumber
{
    /// <summary>How NaN is written, quotes included.</summary>
    public static ReadOnlySpan<byte> NaN => "\"NaN\""u8;

    /// <summary>How positive infinity is written, quotes included.</summary>
    public static ReadOnlySpan<byte> Infinity => "\"Infinity\""u8;

    /// <summary>How negative infinity is written, quotes included.</summary>
    public static ReadOnlySpan<byte> NegativeInfinity => "\"-Infinity\""u8;

    /// <summary>Reads one of the names.</summary>
    /// <param name="text">The body.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="length">Its length, quotes included.</param>
    /// <param name="value">The number.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, int at, out int length, out double value)
    {
        ReadOnlySpan<byte> rest = text[at..];
        (length, value) = rest.StartsWith(NaN) ? (NaN.Length, double.NaN)
            : rest.StartsWith(Infinity) ? (Infinity.Length, double.PositiveInfinity)
            : rest.StartsWith(NegativeInfinity) ? (NegativeInfinity.Length, double.NegativeInfinity)
            : (0, 0);
        return length > 0;
    }
}
