namespace GradService.Wire;

/// <summary>A JSON number taken apart: sign, the first 19 digits, and the power of ten they are multiplied by.</summary>
internal struct DecimalText
{
    private const ulong RoomForOneMore = 1_000_000_000_000_000_000;
    private const int ExponentCap = 100_000_000;

    /// <summary>Whether a minus sign stands before it.</summary>
    public bool Negative;

    /// <summary>The first 19 digits from the first that is not 0.</summary>
    public ulong Digits;

    /// <summary>The power of ten.</summary>
    public int Exponent;

    /// <summary>Whether a digit other than 0 was left out of <see cref="Digits"/>.</summary>
    public bool Truncated;

    /// <summary>Takes apart the number at an offset, by JSON's grammar and no other.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Its offset; moved behind the number on success.</param>
    /// <param name="number">The parts.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, ref int at, out DecimalText number)
    {
        number = default;
        int p = at;
        if (p < text.Length && text[p] == '-')
        {
            number.Negative = true;
            p++;
        }

        int first = p;
        p = number.Take(text, p, fraction: false);
        if (p == first || (text[first] == '0' && p > first + 1))
        {
            return false;
        }

        if (p < text.Length && text[p] == '.')
        {
            int point = p;
            p = number.Take(text, p + 1, fraction: true);
            if (p == point + 1)
            {
                return false;
            }
        }

        if (p < text.Length && (text[p] | 0x20) == 'e')
        {
            if (!TryExponent(text, ref p, out int exponent))
            {
                return false;
            }

            number.Exponent += exponent;
        }

        at = p;
        return true;
    }

    private int Take(ReadOnlySpan<byte> text, int p, bool fraction)
    {
        while (p < text.Length)
        {
            uint digit = (uint)text[p] - '0';
            if (digit > 9)
            {
                break;
            }

            if (Digits < RoomForOneMore)
            {
                Digits = (Digits * 10) + digit;
                Exponent -= fraction ? 1 : 0;
            }
            else
            {
                Truncated |= digit != 0;
                Exponent += fraction ? 0 : 1;
            }

            p++;
        }

        return p;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, ref int p, out int exponent)
    {
        p++;
        bool negative = p < text.Length && text[p] == '-';
        if (p < text.Length && text[p] is (byte)'-' or (byte)'+')
        {
            p++;
        }

        int first = p;
        exponent = 0;
        for (; p < text.Length && char.IsAsciiDigit((char)text[p]); p++)
        {
            exponent = Math.Min((exponent * 10) + text[p] - '0', ExponentCap);
        }

        exponent = negative ? -exponent : exponent;
        return p > first;
    }
}
