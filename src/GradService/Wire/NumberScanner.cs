using System.Globalization;

namespace GradService.Wire;

/// <summary>
/// Reads one JSON number, whatever its length: correctly rounded into float and double, exactly into every integer type and BOOL.
/// This is the careful path; <see cref="NumberRow"/> reads the usual ones faster and leaves the rest to it.
/// </summary>
internal static class NumberScanner
{
    /// <summary>Reads the number at an offset.</summary>
    /// <typeparam name="T">float, double, an integer type of 8 to 64 bits, or bool.</typeparam>
    /// <param name="text">The text; nothing beyond it is touched.</param>
    /// <param name="at">The offset; moved behind the number when it was read, else left.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether it was read, and if not, why.</returns>
    public static NumberOutcome TryRead<T>(ReadOnlySpan<byte> text, ref int at, out T value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(bool) && TryBoolean(text, ref at, out bool boolean))
        {
            value = (T)(object)boolean;
            return NumberOutcome.Read;
        }

        value = default;
        if (at >= text.Length || !(text[at] == '-' || char.IsAsciiDigit((char)text[at])))
        {
            return NumberOutcome.NotANumber;
        }

        int end = at;
        if (!DecimalText.TryParse(text, ref end, out DecimalText number))
        {
            return NumberOutcome.Malformed;
        }

        ReadOnlySpan<byte> token = text[at..end];
        NumberOutcome outcome = typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? Round(token, number, out value)
            : WholeNumber.TryRead(token, number, out value);
        if (outcome == NumberOutcome.Read)
        {
            at = end;
        }

        return outcome;
    }

    private static NumberOutcome Round<T>(ReadOnlySpan<byte> token, in DecimalText number, out T value)
        where T : unmanaged
    {
        BinaryRounding.Outcome outcome = BinaryRounding.Round(number.Digits, number.Exponent, out value);
        if (number.Truncated && outcome == BinaryRounding.Outcome.Rounded)
        {
            // The digits left out add less than one unit to the last kept: if that changes nothing, they do not matter.
            BinaryRounding.Outcome above = BinaryRounding.Round(number.Digits + 1, number.Exponent, out T next);
            outcome = above == outcome && next.Equals(value) ? outcome : BinaryRounding.Outcome.Undecided;
        }

        if (outcome == BinaryRounding.Outcome.Undecided)
        {
            return Settle(token, out value);
        }

        if (number.Negative)
        {
            value = typeof(T) == typeof(float) ? (T)(object)-(float)(object)value : (T)(object)-(double)(object)value;
        }

        return outcome == BinaryRounding.Outcome.Overflow ? NumberOutcome.OutOfRange : NumberOutcome.Read;
    }

    /// <summary>All digits, by the base class library, which rounds correctly: subnormals and what lies next to a halfway point.</summary>
    private static NumberOutcome Settle<T>(ReadOnlySpan<byte> token, out T value)
        where T : unmanaged
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (typeof(T) == typeof(float))
        {
            float single = float.Parse(token, Style, CultureInfo.InvariantCulture);
            value = (T)(object)single;
            return float.IsFinite(single) ? NumberOutcome.Read : NumberOutcome.OutOfRange;
        }

        double number = double.Parse(token, Style, CultureInfo.InvariantCulture);
        value = (T)(object)number;
        return double.IsFinite(number) ? NumberOutcome.Read : NumberOutcome.OutOfRange;
    }

    private static bool TryBoolean(ReadOnlySpan<byte> text, ref int at, out bool value)
    {
        var cursor = new JsonCursor(text, at);
        value = cursor.TryLiteral("true"u8);
        bool found = value || cursor.TryLiteral("false"u8);
        at = cursor.At;
        return found;
    }
}
