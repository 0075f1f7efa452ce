using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GradService.Wire;

/// <summary>
/// Writes numbers as JSON: floats as the shortest text that reads back to the same bits, laid out as JavaScript does (plain from 1e-6 up
/// to 1e21, with an exponent beyond), what is not finite as the strings of <see cref="NamedNumber"/>, negative zero as <c>-0</c>.
/// </summary>
internal static class NumberFormatter
{
    /// <summary>The room each call needs; more than any number takes.</summary>
    public const int Room = 48;

    private const int LeastPlain = -6;
    private const int GreatestPlain = 21;
    private const int SingleDigits = 9;
    private const int DoubleDigits = 17;

    private static readonly ulong[] Powers = [.. Enumerable.Range(0, 18).Select(exponent => (ulong)Math.Pow(10, exponent))];

    /// <summary>Writes one element.</summary>
    /// <typeparam name="T">float, double, an integer type of 8 to 64 bits, <see cref="Half"/>, BFloat16, or bool.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="into">At least <see cref="Room"/> bytes, all of which may be overwritten.</param>
    /// <returns>How many bytes the text has.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is too little room.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write<T>(T value, Span<byte> into)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, Room);
        return Write(value, ref MemoryMarshal.GetReference(into));
    }

    /// <summary>As above, where the caller vouches for <see cref="Room"/> bytes.</summary>
    /// <typeparam name="T">As above.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="into">The first byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Write<T>(T value, ref byte into)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return WriteSingle((float)(object)value, ref into);
        if (typeof(T) == typeof(double)) return WriteDouble((double)(object)value, ref into);
        if (typeof(T) == typeof(Half)) return WriteSingle((float)(Half)(object)value, ref into);
        if (typeof(T) == typeof(Numerics.Tensors.BFloat16)) return WriteSingle(((Numerics.Tensors.BFloat16)(object)value).ToSingle(), ref into);
        if (typeof(T) == typeof(bool)) return Copy((bool)(object)value ? "true"u8 : "false"u8, ref into);
        if (typeof(T) == typeof(ulong)) return WriteWhole((ulong)(object)value, false, ref into);
        long whole = typeof(T) == typeof(sbyte) ? (sbyte)(object)value
            : typeof(T) == typeof(short) ? (short)(object)value
            : typeof(T) == typeof(int) ? (int)(object)value
            : typeof(T) == typeof(byte) ? (byte)(object)value
            : typeof(T) == typeof(ushort) ? (ushort)(object)value
            : typeof(T) == typeof(uint) ? (uint)(object)value
            : (long)(object)value;
        return WriteWhole((ulong)(whole < 0 ? -whole : whole), whole < 0, ref into);
    }

    /// <summary>As above, for a float.</summary>
    /// <param name="value">The value.</param>
    /// <param name="into">The first byte.</param>
    internal static int WriteSingle(float value, ref byte into)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        int sign = (int)(bits >> 31);
        bits &= 0x7FFF_FFFF;
        into = (byte)'-';
        ref byte text = ref Unsafe.Add(ref into, sign);
        if (bits - 1 >= 0x7F80_0000 - 1)
        {
            return Special(value, ref into);
        }

        // Nine characters, the digits at the left, zeros behind them.
        uint digits = ShortestDecimal.OfSingle(bits, out int exponent);
        int count = CountDigits(digits);
        uint aligned = digits * (uint)Powers[SingleDigits - count];
        uint front = aligned / 10;
        ulong last = 0x3030_3030_3030_3030UL + (aligned - (front * 10));
        return sign + Lay(Vector128.Create(Characters(front), last), (byte)'0', count + exponent, ref text);
    }

    private static int WriteDouble(double value, ref byte into)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        int sign = (int)(bits >> 63);
        bits &= 0x7FFF_FFFF_FFFF_FFFF;
        into = (byte)'-';
        ref byte text = ref Unsafe.Add(ref into, sign);
        if (bits - 1 >= 0x7FF0_0000_0000_0000 - 1)
        {
            return Special(value, ref into);
        }

        // Seventeen characters.
        ulong digits = ShortestDecimal.OfDouble(bits, out int exponent);
        int count = CountDigits(digits);
        ulong aligned = digits * Powers[DoubleDigits - count];
        ulong front = aligned / 10;
        ulong upper = front / 100_000_000;
        Vector128<ulong> block = Vector128.Create(Characters((uint)upper), Characters((uint)(front - (upper * 100_000_000))));
        return sign + Lay(block, (byte)('0' + (aligned - (front * 10))), count + exponent, ref text);
    }

    private static int Special(double value, ref byte into) =>
        Copy(value == 0 ? (double.IsNegative(value) ? "-0"u8 : "0"u8) : double.IsNaN(value) ? NamedNumber.NaN : value > 0 ? NamedNumber.Infinity : NamedNumber.NegativeInfinity, ref into);

    /// <summary>Puts seventeen digits, the last by itself, into the form their point asks for, without the zeros at their end.</summary>
    private static int Lay(Vector128<ulong> block, byte last, int point, ref byte text)
    {
        int count = last != '0' ? DoubleDigits : 16 - Trailing(block);
        if ((uint)(point - LeastPlain - 1) >= GreatestPlain - LeastPlain)
        {
            return LayWithExponent(block, last, count, point - 1, ref text);
        }

        if (point >= count)
        {
            block.AsByte().StoreUnsafe(ref text);
            Unsafe.Add(ref text, 16) = last;
            for (int zero = 17; zero < point; zero++)
            {
                Unsafe.Add(ref text, zero) = (byte)'0';
            }

            return point;
        }

        // Whether a number is below 1 cannot be foreseen, so both layouts are one: the digits, after as many zeros as make the point
        // stand behind a digit, and what lies behind the point once more, one place to the right.
        int whole = Math.Max(point, 0);
        int zeros = Math.Max(1 - point, 0);
        int behind = whole + zeros + 1;
        block.AsByte().StoreUnsafe(ref Unsafe.Add(ref text, zeros));
        Unsafe.WriteUnaligned(ref text, zeros > 0 ? 0x3030_3030_3030_3030UL : block.ToScalar());
        Unsafe.Add(ref text, Math.Max(point, 1)) = (byte)'.';
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref text, behind), Vector128.ShuffleNative(block.AsByte(), Vector128.Create((byte)whole) + Vector128<byte>.Indices));
        Unsafe.Add(ref text, behind + 16 - whole) = last;
        return zeros + count + 1;
    }

    private static int LayWithExponent(Vector128<ulong> block, byte last, int count, int exponent, ref byte text)
    {
        block.AsByte().StoreUnsafe(ref Unsafe.Add(ref text, 1));
        text = block.AsByte().ToScalar();
        Unsafe.Add(ref text, 1) = (byte)'.';
        Unsafe.Add(ref text, 17) = last;
        int length = count == 1 ? 1 : count + 1;
        Unsafe.Add(ref text, length++) = (byte)'e';
        return length + WriteWhole((ulong)Math.Abs(exponent), exponent < 0, ref Unsafe.Add(ref text, length));
    }

    private static int WriteWhole(ulong value, bool negative, ref byte into)
    {
        int sign = negative ? 1 : 0;
        into = (byte)'-';
        int count = CountDigits(value);
        for (int at = sign + count - 1; at >= sign; at--)
        {
            (value, ulong digit) = Math.DivRem(value, 10);
            Unsafe.Add(ref into, at) = (byte)('0' + digit);
        }

        return sign + count;
    }

    private static int Copy(ReadOnlySpan<byte> text, ref byte into)
    {
        text.CopyTo(MemoryMarshal.CreateSpan(ref into, Room));
        return text.Length;
    }

    /// <summary>Zeros at the end of sixteen characters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Trailing(Vector128<ulong> block)
    {
        uint others = ~Vector128.Equals(block.AsByte(), Vector128.Create((byte)'0')).ExtractMostSignificantBits() & 0xFFFF;
        return System.Numerics.BitOperations.LeadingZeroCount(others << 16);
    }

    /// <summary>Eight decimal digits as characters, the first in the lowest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Characters(uint value)
    {
        // Halves, then quarters, then digits, all lanes of the word at once; the multipliers are reciprocals good for the lanes' ranges.
        ulong halves = (value / 10_000) | ((ulong)(value % 10_000) << 32);
        ulong hundreds = ((halves * 10486) >> 20) & 0x0000_007F_0000_007F;
        ulong pairs = hundreds | ((halves - (hundreds * 100)) << 16);
        ulong tens = ((pairs * 103) >> 10) & 0x000F_000F_000F_000F;
        return (tens | ((pairs - (tens * 10)) << 8)) + 0x3030_3030_3030_3030;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountDigits(ulong value)
    {
        // 1233 / 4096 is log10(2), short of it by too little to matter below 20 digits; the table settles the last place.
        int guess = ((64 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) * 1233) >> 12;
        return guess + (guess >= 18 ? (value >= 1_000_000_000_000_000_000 ? (value >= 10_000_000_000_000_000_000 ? 20 - guess : 19 - guess) : 18 - guess) : value >= Powers[guess] ? 1 : 0) + (value == 0 ? 1 : 0);
    }
}
