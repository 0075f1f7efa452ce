using System.Runtime.CompilerServices;

namespace GradService.Wire;

/// <summary>Decimal text as an exact integer: <c>7</c>, <c>-100</c>, and also <c>1.0</c> or <c>1e2</c>, which are whole.</summary>
internal static class WholeNumber
{
    /// <summary>No integer type of ours holds more digits.</summary>
    private const int MostDigits = 20;

    /// <summary>Reads a whole number.</summary>
    /// <typeparam name="T">An integer type of 8 to 64 bits, or bool for 0 and 1.</typeparam>
    /// <param name="token">A valid JSON number, nothing else.</param>
    /// <param name="number">Its parts.</param>
    /// <param name="value">The value.</param>
    public static NumberOutcome TryRead<T>(ReadOnlySpan<byte> token, in DecimalText number, out T value)
        where T : unmanaged
    {
        value = default;
        Int128 whole;
        if (number.Exponent == 0 && !number.Truncated)
        {
            whole = number.Digits;
        }
        else
        {
            NumberOutcome outcome = Expand(token, number, out whole);
            if (outcome != NumberOutcome.Read)
            {
                return outcome;
            }
        }

        whole = number.Negative ? -whole : whole;
        (Int128 least, Int128 greatest) = Range<T>();
        if (whole < least || whole > greatest)
        {
            return NumberOutcome.OutOfRange;
        }

        long bits = unchecked((long)(ulong)(UInt128)whole);
        value = Unsafe.As<long, T>(ref bits);
        return NumberOutcome.Read;
    }

    /// <summary>The least and the greatest value of an integer type; 0 and 1 for bool.</summary>
    /// <typeparam name="T">An integer type of 8 to 64 bits, or bool.</typeparam>
    public static (Int128 Least, Int128 Greatest) Range<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(bool))
        {
            return (0, 1);
        }

        int bits = 8 * Unsafe.SizeOf<T>();
        bool unsigned = typeof(T) == typeof(byte) || typeof(T) == typeof(ushort) || typeof(T) == typeof(uint) || typeof(T) == typeof(ulong);
        return unsigned ? (0, (Int128.One << bits) - 1) : (-(Int128.One << (bits - 1)), (Int128.One << (bits - 1)) - 1);
    }

    /// <summary>
    /// Walks the digits with the decimal point put where the exponent says: those before it make the value, those after it must be 0.
    /// </summary>
    private static NumberOutcome Expand(ReadOnlySpan<byte> token, in DecimalText number, out Int128 whole)
    {
        whole = 0;
        if (number.Digits == 0)
        {
            return NumberOutcome.Read;
        }

        int mantissa = token.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> digits = mantissa < 0 ? token : token[..mantissa];
        int significant = 0;
        foreach (byte character in digits)
        {
            significant += char.IsAsciiDigit((char)character) && (significant > 0 || character != '0') ? 1 : 0;
        }

        // Digits holds the first 19 significant digits, so the point stands this many digits behind the first.
        int before = Math.Min(significant, 19) + number.Exponent;
        int seen = 0;
        bool tooLong = before > MostDigits;
        foreach (byte character in digits)
        {
            if (!char.IsAsciiDigit((char)character) || (seen == 0 && character == '0'))
            {
                continue;
            }

            if (seen >= before && character != '0')
            {
                return NumberOutcome.NotWhole;
            }

            if (seen < before && !tooLong)
            {
                whole = (whole * 10) + (character - '0');
            }

            seen++;
        }

        for (; seen < before && !tooLong; seen++)
        {
            whole *= 10;
        }

        return tooLong ? NumberOutcome.OutOfRange : NumberOutcome.Read;
    }
}
