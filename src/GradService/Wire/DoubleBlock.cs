using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GradService.Wire;

/// <summary>
/// Writes two doubles at once: the digits of both in one vector, then two shuffles a number that put digits, zeros and point where they
/// belong. Zeros, subnormals, what is not finite and what needs an exponent or more than seventeen digits before the point go through
/// <see cref="NumberFormatter"/>; the text is the same either way.
/// </summary>
internal static class DoubleBlock
{
    /// <summary>How many doubles it writes.</summary>
    public const int Count = 2;

    private const int Digits = 17;
    private const int LeastPoint = -5;
    private const int Points = Digits - LeastPoint + 1;
    private const ulong LeastNormal = 1UL << 52;
    private const ulong Infinity = 0x7FFUL << 52;
    private const byte None = 0x80;

    private static readonly Layout[] Layouts = [.. Enumerable.Range(LeastPoint, Points).Select(LayoutOf)];

    /// <summary>Whether this processor has what it takes.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Writes two doubles, each with a comma behind it.</summary>
    /// <param name="values">The first of them.</param>
    /// <param name="into">Where to: twice <see cref="NumberFormatter.Room"/> and a comma.</param>
    /// <returns>How many bytes they take.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(ref double values, ref byte into)
    {
        ulong first = BitConverter.DoubleToUInt64Bits(values);
        ulong second = BitConverter.DoubleToUInt64Bits(Unsafe.Add(ref values, 1));
        if (!IsPlain(first) || !IsPlain(second))
        {
            int plain = WritePlain(values, ref into);
            return plain + WritePlain(Unsafe.Add(ref values, 1), ref Unsafe.Add(ref into, plain));
        }

        Seventeen(first, out ulong upper, out ulong lower, out ulong last, out int point);
        Seventeen(second, out ulong secondUpper, out ulong secondLower, out ulong secondLast, out int secondPoint);
        Vector256<byte> characters = EightDigits.Characters(Vector256.Create(upper, lower, secondUpper, secondLower)).AsByte();
        int length = WriteOne(values, first, characters.GetLower(), last, point, ref into);
        return length + WriteOne(Unsafe.Add(ref values, 1), second, characters.GetUpper(), secondLast, secondPoint, ref Unsafe.Add(ref into, length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(ulong bits) => (bits & long.MaxValue) - LeastNormal < Infinity - LeastNormal;

    /// <summary>Seventeen digits as eight, eight and one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Seventeen(ulong bits, out ulong upper, out ulong lower, out ulong last, out int point)
    {
        ulong decimals = ShortestDecimal.OfDouble(bits & long.MaxValue, out int exponent);
        ulong missing = (decimals - 10_000_000_000_000_000) >> 63;
        ulong aligned = decimals + (9 * decimals & (0 - missing));
        ulong front = aligned / 10;
        last = aligned - (front * 10);
        upper = front / 100_000_000;
        lower = front - (upper * 100_000_000);
        point = exponent + Digits - (int)missing;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteOne(double value, ulong bits, Vector128<byte> digits, ulong last, int point, ref byte into)
    {
        if ((uint)(point - LeastPoint) >= Points)
        {
            return WritePlain(value, ref into);
        }

        uint nonzero = ~Vector128.Equals(digits, Vector128.Create((byte)'0')).ExtractMostSignificantBits() & 0xFFFF;
        nonzero |= (uint)((0 - last) >> 63) << 16;
        int count = 32 - System.Numerics.BitOperations.LeadingZeroCount(nonzero);
        int sign = (int)(bits >> 63);
        into = (byte)'-';
        ref byte text = ref Unsafe.Add(ref into, sign);
        ref Layout layout = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Layouts), point - LeastPoint);
        Vector128<byte> tail = Vector128.Create(digits.AsUInt64().GetElement(1), (last + '0') | ((ulong)'.' << 8) | ((ulong)'0' << 16)).AsByte();
        (Ssse3.Shuffle(digits, layout.Front) | layout.Between).StoreUnsafe(ref text);
        Ssse3.Shuffle(tail, layout.Behind).StoreUnsafe(ref Unsafe.Add(ref text, Vector128<byte>.Count));
        int length = count <= point ? point : count + 1 + Math.Max(1 - point, 0);
        Unsafe.Add(ref text, length) = (byte)',';
        return sign + length + 1;
    }

    private static int WritePlain(double value, ref byte into)
    {
        int length = NumberFormatter.Write(value, ref into);
        Unsafe.Add(ref into, length) = (byte)',';
        return length + 1;
    }

    // Plain text with the point behind as many digits: 0.00ddd, dd.ddd, ddd. Of the sixteen digits in the first half, of the last nine in the second.
    private static Layout LayoutOf(int point)
    {
        const int Zero = -1;
        const int Point = -2;
        IEnumerable<int> digits = Enumerable.Range(0, Digits);
        int[] text = point > 0
            ? [.. digits.Take(point), Point, .. digits.Skip(point)]
            : [Zero, Point, .. Enumerable.Repeat(Zero, -point), .. digits];
        int[] padded = [.. text, .. Enumerable.Repeat(Zero, 2 * Vector128<byte>.Count - text.Length)];
        int[] front = padded[..Vector128<byte>.Count];
        int[] behind = padded[Vector128<byte>.Count..];
        return new Layout(
            Bytes(front, index => index < 0 ? None : (byte)index),
            Bytes(front, index => index switch { Zero => (byte)'0', Point => (byte)'.', _ => 0 }),
            Bytes(behind, index => index switch { Zero => 10, Point => 9, _ => (byte)(index - 8) }));
    }

    private static Vector128<byte> Bytes(int[] indices, Func<int, byte> convert) => Vector128.Create([.. indices.Select(convert)]);

    /// <summary>Where each character of a text comes from.</summary>
    /// <param name="Front">The first sixteen: which of the first sixteen digits, or none.</param>
    /// <param name="Between">The zeros and the point among them.</param>
    /// <param name="Behind">The others: which of the last nine digits, the point and a zero.</param>
    private readonly record struct Layout(Vector128<byte> Front, Vector128<byte> Between, Vector128<byte> Behind);
}
