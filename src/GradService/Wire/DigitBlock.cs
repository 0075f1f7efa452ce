using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GradService.Wire;

/// <summary>
/// Decimal digits to integers without a loop. A window of text is turned into a mask of "not a digit", which gives the place of the
/// point and the end of the number; the digits are right-aligned without the point and folded pairwise.
/// Reads a fixed window, so callers keep <see cref="Window"/> bytes of text after a number's first.
/// </summary>
internal static class DigitBlock
{
    /// <summary>How many bytes from a number's first byte on must be text.</summary>
    public const int Window = 64;

    /// <summary>How many bytes before a number's first must be text for <see cref="TryLong"/>.</summary>
    public const int WindowBefore = Long + 1 - Short;

    /// <summary>A number shorter than this is read by <see cref="TryShort"/>.</summary>
    public const int Short = 16;

    private const int Long = 32;

    /// <summary>For a point at i and an end at e, the shuffle that right-aligns the digits and drops the point; row i * 17 + e.</summary>
    private static readonly byte[] Alignments = MakeAlignments();

    /// <summary>32 bytes of 0, then of 255: loaded at n, the mask of the last n of 32 bytes.</summary>
    private static ReadOnlySpan<byte> LastBytes =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];

    /// <summary>
    /// Where commas and closing brackets stand in the next <see cref="Window"/> bytes, one bit for a byte. Found for many numbers at once,
    /// so that the place of one need not wait for the one before it to be read.
    /// </summary>
    /// <param name="first">The first byte.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Ends(ref byte first)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> text = Vector512.LoadUnsafe(ref first);
            return (Vector512.Equals(text, Vector512.Create((byte)',')) | Vector512.Equals(text, Vector512.Create((byte)']'))).ExtractMostSignificantBits();
        }

        return Ends(Vector256.LoadUnsafe(ref first)) | ((ulong)Ends(Vector256.LoadUnsafe(ref first, Long)) << Long);
    }

    /// <summary>Reads a number of at most 15 characters with no exponent, whose end is known.</summary>
    /// <param name="first">Its first byte.</param>
    /// <param name="length">Its length in bytes, at least 0 and below <see cref="Short"/>.</param>
    /// <param name="digits">Its digits as an integer, sign and point left out.</param>
    /// <param name="fraction">How many of the digits stand behind the point; at most 14.</param>
    /// <param name="negative">1 if a minus sign stands before it, else 0.</param>
    /// <returns>False when it breaks the grammar.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryShort(ref byte first, int length, out long digits, out int fraction, out uint negative)
    {
        Vector128<byte> text = Vector128.LoadUnsafe(ref first);
        Vector128<byte> others = Others(text);
        uint mask = others.ExtractMostSignificantBits();
        negative = mask & 1;
        digits = 0;
        if (!TryPoint(ref first, mask, length, out int point, out fraction) || !Begins(ref first, negative, point - (int)negative))
        {
            return false;
        }

        Vector128<byte> values = Vector128.AndNot(text - Vector128.Create((byte)'0'), others);
        Vector128<byte> alignment = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Alignments), (nuint)(((point * 17) + length) * 16));
        digits = (long)Fold(Vector128.ShuffleNative(values, alignment));
        return true;
    }

    /// <summary>
    /// Reads a number of 16 to 31 characters with a point and no exponent, whose end is known and whose digits are below 9 x 10^18. Also needs
    /// <see cref="WindowBefore"/> bytes of text before it.
    /// </summary>
    /// <param name="end">The byte after its last.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="digits">Its digits as an integer, sign and point left out.</param>
    /// <param name="fraction">How many of the digits stand behind the point; at most 30.</param>
    /// <param name="negative">1 if a minus sign stands before it, else 0.</param>
    /// <returns>False when it is another one, or breaks the grammar.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryLong(ref byte end, int length, out ulong digits, out int fraction, out uint negative)
    {
        digits = 0;
        fraction = 0;
        negative = 0;
        if ((uint)(length - Short) >= Long - Short)
        {
            return false;
        }

        // The 32 bytes that end with the number; a bit for each that is no digit, the last highest. But for the first it must be the point alone.
        ref byte window = ref Unsafe.Subtract(ref end, Long);
        uint others = Others(ref window) >> (Long - length);
        negative = others & 1;
        others >>= 1;
        int place = BitOperations.TrailingZeroCount(others);
        fraction = length - 2 - place;
        ref byte first = ref Unsafe.Subtract(ref end, length);
        int count = length - 1 - (int)negative;
        if ((others & (others - 1)) != 0 || fraction <= 0 || Unsafe.Add(ref first, place + 1) != '.' || !Begins(ref first, negative, count - fraction))
        {
            return false;
        }

        // The same bytes and those that lie one earlier: behind the point the first are right, before it the second; what lies before the number's
        // first digit counts as 0.
        ref byte earlier = ref Unsafe.Subtract(ref window, 1);
        ref byte masks = ref MemoryMarshal.GetReference(LastBytes);
        (ulong high, ulong low) = Avx2.IsSupported
            ? Fold((Vector256.ConditionalSelect(Vector256.LoadUnsafe(ref masks, (nuint)fraction), Vector256.LoadUnsafe(ref window), Vector256.LoadUnsafe(ref earlier)) - Vector256.Create((byte)'0'))
                & Vector256.LoadUnsafe(ref masks, (nuint)count))
            : (Fold(Pick(ref masks, (nuint)fraction, (nuint)count, ref window, ref earlier, 0)), Fold(Pick(ref masks, (nuint)fraction, (nuint)count, ref window, ref earlier, Short)));
        digits = (high * 10_000_000_000_000_000) + low;
        return high < 900;
    }

    /// <summary>Finds the point of a number in the mask of what is no digit; it must be all there is, with digits behind it.</summary>
    /// <param name="first">The number's first byte.</param>
    /// <param name="mask">One bit for each byte that is no digit; the first byte's is not looked at.</param>
    /// <param name="length">The number's length, below 32, or more to be refused otherwise.</param>
    /// <param name="point">The point's place, or the length where there is none.</param>
    /// <param name="fraction">How many digits stand behind it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryPoint(ref byte first, uint mask, int length, out int point, out int fraction)
    {
        uint others = mask & ((1u << (length & 31)) - 2);
        point = length;
        fraction = 0;
        if (others == 0)
        {
            return true;
        }

        point = BitOperations.TrailingZeroCount(others);
        fraction = length - point - 1;
        return (others & (others - 1)) == 0 && fraction > 0 && Unsafe.Add(ref first, point) == '.';
    }

    /// <summary>Whether a number begins as it may: a digit first or a minus sign, then no zero before another digit.</summary>
    /// <param name="first">Its first byte.</param>
    /// <param name="negative">1 if that is no digit.</param>
    /// <param name="whole">How many digits stand before the point.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Begins(ref byte first, uint negative, int whole)
    {
        // Signs and zeros come as they like, so each of the two is one branch that is hardly ever taken.
        int notMinus = (first ^ '-') & -(int)negative;
        int notLeadingZero = (Unsafe.Add(ref first, (nint)negative) ^ '0') | (int)((uint)(whole - 2) >> 31);
        return whole > 0 && notMinus == 0 && notLeadingZero != 0;
    }

    private static uint Ends(Vector256<byte> text) =>
        (Vector256.Equals(text, Vector256.Create((byte)',')) | Vector256.Equals(text, Vector256.Create((byte)']'))).ExtractMostSignificantBits();

    /// <summary>255 for every byte that is no decimal digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Others(Vector128<byte> text) =>
        Vector128.GreaterThan((text - Vector128.Create((byte)('0' + 128))).AsSByte(), Vector128.Create((sbyte)(9 - 128))).AsByte();

    /// <summary>One bit for every one of 32 bytes that is no decimal digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Others(ref byte first)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<byte> values = Vector256.LoadUnsafe(ref first) - Vector256.Create((byte)('0' + 128));
            return Vector256.GreaterThan(values.AsSByte(), Vector256.Create((sbyte)(9 - 128))).ExtractMostSignificantBits();
        }

        return Others(Vector128.LoadUnsafe(ref first)).ExtractMostSignificantBits()
            | (Others(Vector128.LoadUnsafe(ref first, Short)).ExtractMostSignificantBits() << Short);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pick(ref byte masks, nuint behind, nuint count, ref byte window, ref byte earlier, nuint part) =>
        (Vector128.ConditionalSelect(
            Vector128.LoadUnsafe(ref masks, behind + part),
            Vector128.LoadUnsafe(ref window, part),
            Vector128.LoadUnsafe(ref earlier, part)) - Vector128.Create((byte)'0'))
        & Vector128.LoadUnsafe(ref masks, count + part);

    /// <summary>Sixteen digits, the most significant first, as one integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(Vector128<byte> digits)
    {
        if (Sse41.IsSupported)
        {
            Vector128<short> pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((short)0x010A).AsSByte());
            Vector128<int> fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create(0x00010064).AsInt16());
            Vector128<short> packed = Sse41.PackUnsignedSaturate(fours, fours).AsInt16();
            ulong eights = Sse2.MultiplyAddAdjacent(packed, Vector128.Create(0x00012710).AsInt16()).AsUInt64().ToScalar();
            return ((uint)eights * 100_000_000UL) + (eights >> 32);
        }

        Vector128<ulong> halves = digits.AsUInt64();
        return (FoldEight(halves[0]) * 100_000_000) + FoldEight(halves[1]);
    }

    /// <summary>Thirty-two digits, the most significant first, as two integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong High, ulong Low) Fold(Vector256<byte> digits)
    {
        Vector256<short> pairs = Avx2.MultiplyAddAdjacent(digits, Vector256.Create((short)0x010A).AsSByte());
        Vector256<int> fours = Avx2.MultiplyAddAdjacent(pairs, Vector256.Create(0x00010064).AsInt16());
        Vector256<short> packed = Avx2.PackUnsignedSaturate(fours, fours).AsInt16();
        Vector256<ulong> eights = Avx2.MultiplyAddAdjacent(packed, Vector256.Create(0x00012710).AsInt16()).AsUInt64();
        return (Whole(eights.ToScalar()), Whole(eights.GetUpper().ToScalar()));

        static ulong Whole(ulong halves) => ((uint)halves * 100_000_000UL) + (halves >> 32);
    }

    /// <summary>Eight digits in the bytes of a word, the most significant in the lowest byte, as one integer.</summary>
    /// <param name="digits">Values 0 to 9, not characters.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong FoldEight(ulong digits)
    {
        const ulong Mask = 0x000000FF000000FF;
        digits = (digits * 10) + (digits >> 8);
        return (((digits & Mask) * (100 + (1_000_000UL << 32))) + (((digits >> 16) & Mask) * (1 + (10_000UL << 32)))) >> 32;
    }

    private static byte[] MakeAlignments()
    {
        const byte Zero = 0x80;
        var rows = new byte[17 * 17 * 16];
        for (int point = 0; point <= 16; point++)
        {
            for (int end = 0; end <= 16; end++)
            {
                int count = end > point ? end - 1 : end;
                for (int to = 0; to < 16; to++)
                {
                    int digit = to - (16 - count);
                    int from = digit < point ? digit : digit + 1;
                    rows[(((point * 17) + end) * 16) + to] = digit < 0 ? Zero : (byte)from;
                }
            }
        }

        return rows;
    }
}
