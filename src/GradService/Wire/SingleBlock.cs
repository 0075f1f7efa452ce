using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GradService.Wire;

/// <summary>
/// Writes four floats at once: <see cref="ShortestDecimal"/>'s steps in the lanes of a vector, then one shuffle a number that puts digits,
/// zeros and point where they belong. Zeros, powers of two, subnormals, what is not finite and what needs more than sixteen characters go
/// through <see cref="NumberFormatter"/>; the text is the same either way.
/// </summary>
internal static class SingleBlock
{
    /// <summary>How many floats it writes.</summary>
    public const int Count = 4;

    private const int Digits = 9;
    private const int Bias = 64;
    private const int LeastPoint = -5;
    private const int GreatestPoint = 9;

    // The characters behind the nine digits, for the shuffle to take.
    private const byte PointAt = 9;
    private const byte ZeroAt = 10;

    private static readonly Vector128<ulong>[] Scales = [.. Enumerable.Range(0, 256).Select(Scale)];
    private static readonly Vector128<byte>[] Layouts = [.. Enumerable.Range(LeastPoint, GreatestPoint - LeastPoint + 1).Select(Layout)];

    /// <summary>Whether this processor has what it takes.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Writes four floats, each with a comma behind it.</summary>
    /// <param name="values">The first of them.</param>
    /// <param name="into">Where to: four times <see cref="NumberFormatter.Room"/> and a comma.</param>
    /// <returns>How many bytes they take.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(ref float values, ref byte into)
    {
        Vector128<uint> bits = Vector128.LoadUnsafe(ref values).AsUInt32();
        Vector128<uint> fraction = bits & Vector128.Create(0x7F_FFFFu);
        Vector128<uint> biased = (bits >>> 23) & Vector128.Create(0xFFu);
        Vector128<uint> special = Vector128.Equals(fraction, Vector128<uint>.Zero)
            | Vector128.Equals(biased, Vector128<uint>.Zero)
            | Vector128.Equals(biased, Vector128.Create(0xFFu));

        ref Vector128<ulong> scales = ref MemoryMarshal.GetArrayDataReference(Scales);
        Vector256<ulong> even = Vector256.Create(Unsafe.Add(ref scales, biased.GetElement(0)), Unsafe.Add(ref scales, biased.GetElement(2)));
        Vector256<ulong> odd = Vector256.Create(Unsafe.Add(ref scales, biased.GetElement(1)), Unsafe.Add(ref scales, biased.GetElement(3)));
        Vector256<ulong> parameters = Avx2.UnpackHigh(even, odd);
        Vector256<ulong> decimals = Shortest(
            Avx2.ConvertToVector256Int64(fraction | Vector128.Create(0x80_0000u)).AsUInt64(), Avx2.UnpackLow(even, odd), parameters & Vector256.Create(63UL));

        // Seven to nine digits become nine; the point moves with them.
        Vector256<ulong> belowNine = Negative(decimals - Vector256.Create(100_000_000UL));
        Vector256<ulong> belowEight = Negative(decimals - Vector256.Create(10_000_000UL));
        Vector256<ulong> factor = Vector256<ulong>.One + Times9(belowNine + Times9(belowEight) + belowEight);
        Vector256<ulong> aligned = EightDigits.Product(decimals, factor);
        Vector256<ulong> points = (parameters >>> 32) - belowNine - belowEight;
        Vector256<ulong> front = EightDigits.Product(aligned, Vector256.Create(0xCCCC_CCCDUL)) >>> 35;
        Vector256<ulong> behind = (aligned - Times9(front) - front) + Vector256.Create('0' | ((ulong)'.' << 8) | ((ulong)'0' << 16));
        Vector256<ulong> characters = EightDigits.Characters(front);
        Vector256<byte> first = Avx2.UnpackLow(characters, behind).AsByte();
        Vector256<byte> second = Avx2.UnpackHigh(characters, behind).AsByte();

        int length = WriteOne(ref values, first.GetLower(), points.GetElement(0), special.GetElement(0), ref into);
        length += WriteOne(ref Unsafe.Add(ref values, 1), second.GetLower(), points.GetElement(1), special.GetElement(1), ref Unsafe.Add(ref into, length));
        length += WriteOne(ref Unsafe.Add(ref values, 2), first.GetUpper(), points.GetElement(2), special.GetElement(2), ref Unsafe.Add(ref into, length));
        return length + WriteOne(ref Unsafe.Add(ref values, 3), second.GetUpper(), points.GetElement(3), special.GetElement(3), ref Unsafe.Add(ref into, length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteOne(ref float value, Vector128<byte> digits, ulong biasedPoint, uint special, ref byte into)
    {
        int point = (int)biasedPoint - Bias;
        if (special != 0 || (uint)(point - LeastPoint) > GreatestPoint - LeastPoint)
        {
            int plain = NumberFormatter.WriteSingle(value, ref into);
            Unsafe.Add(ref into, plain) = (byte)',';
            return plain + 1;
        }

        uint nonzero = ~Vector128.Equals(digits, Vector128.Create((byte)'0')).ExtractMostSignificantBits() & ((1u << Digits) - 1);
        int count = 32 - System.Numerics.BitOperations.LeadingZeroCount(nonzero);
        int sign = (int)(BitConverter.SingleToUInt32Bits(value) >> 31);
        into = (byte)'-';
        ref byte text = ref Unsafe.Add(ref into, sign);
        Ssse3.Shuffle(digits, Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Layouts), point - LeastPoint)).StoreUnsafe(ref text);
        int length = count <= point ? point : count + 1 + Math.Max(1 - point, 0);
        Unsafe.Add(ref text, length) = (byte)',';
        return sign + length + 1;
    }

    /// <summary>The digits of the shortest decimals, to the power of ten that the exponent alone asks for; seven to nine of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Shortest(Vector256<ulong> significand, Vector256<ulong> power, Vector256<ulong> shift)
    {
        Vector256<ulong> two = Vector256.Create(2UL);
        Vector256<ulong> quadruple = significand << 2;
        Vector256<ulong> odd = significand & Vector256<ulong>.One;
        Vector256<ulong> value = Scaled(power, Avx2.ShiftLeftLogicalVariable(quadruple, shift));
        Vector256<ulong> lower = Scaled(power, Avx2.ShiftLeftLogicalVariable(quadruple - two, shift)) + odd;
        Vector256<ulong> upper = Scaled(power, Avx2.ShiftLeftLogicalVariable(quadruple + two, shift)) - odd;

        Vector256<ulong> digits = value >>> 2;
        Vector256<ulong> tens = EightDigits.Product(digits, Vector256.Create(0xCCCC_CCCDUL)) >>> 35;
        Vector256<ulong> rounded = (tens << 5) + (tens << 3);
        Vector256<ulong> tenBelow = Vector256<ulong>.One - Negative(rounded - lower);
        Vector256<ulong> tenAbove = Vector256<ulong>.One - Negative(upper - rounded - Vector256.Create(40UL));
        Vector256<ulong> cut = digits << 2;
        Vector256<ulong> below = Vector256<ulong>.One - Negative(cut - lower);
        Vector256<ulong> above = Vector256<ulong>.One - Negative(upper - cut - Vector256.Create(4UL));
        Vector256<ulong> nearer = Negative(cut + two - value - (digits & Vector256<ulong>.One));
        Vector256<ulong> full = digits + (nearer ^ ((below ^ above) & (nearer ^ above)));
        Vector256<ulong> shorter = tens + tenAbove;
        return full ^ ((full ^ (Times9(shorter) + shorter)) & (Vector256<ulong>.Zero - (tenBelow ^ tenAbove)));
    }

    /// <summary>Bits 64 to 95 of a 64-bit number times a 32-bit one, with the last set when anything but the least is lost below (round to odd).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Scaled(Vector256<ulong> power, Vector256<ulong> significand)
    {
        Vector256<ulong> upper = EightDigits.Product(power >>> 32, significand) + (EightDigits.Product(power, significand) >>> 32);
        Vector256<ulong> lost = ((upper & Vector256.Create(0xFFFF_FFFFUL)) + Vector256.Create(0xFFFF_FFFEUL)) >>> 32;
        return (upper >>> 32) | lost;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Times9(Vector256<ulong> value) => (value << 3) + value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Negative(Vector256<ulong> difference) => difference >>> 63;

    // The scaled power of ten, then the shift of the significand, and in the upper half the place of the point behind nine digits.
    private static Vector128<ulong> Scale(int biased)
    {
        if (biased is 0 or 255)
        {
            return Vector128<ulong>.Zero;
        }

        ulong power = ShortestDecimal.ScaleOfSingle(biased - 150, out int exponent, out int shift);
        return Vector128.Create(power, (uint)shift | ((ulong)(Bias + Digits + exponent) << 32));
    }

    // Plain text with the point behind as many digits: 0.00ddd, dd.ddd, ddd.
    private static Vector128<byte> Layout(int point)
    {
        IEnumerable<int> digits = Enumerable.Range(0, Digits);
        IEnumerable<int> text = point > 0
            ? [.. digits.Take(point), PointAt, .. digits.Skip(point)]
            : [ZeroAt, PointAt, .. Enumerable.Repeat((int)ZeroAt, -point), .. digits];
        byte[] indices = [.. text.Select(index => (byte)index), .. Enumerable.Repeat(ZeroAt, Vector128<byte>.Count)];
        return Vector128.Create(indices.AsSpan(0, Vector128<byte>.Count));
    }
}
