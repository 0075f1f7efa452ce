using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GradService.Wire;

/// <summary>Why <see cref="NumberRow"/> stopped.</summary>
internal enum RowStop
{
    /// <summary>Behind the row's closing bracket.</summary>
    End,

    /// <summary>At an element for which there is no room.</summary>
    Full,

    /// <summary>At an element that is not a number of the type.</summary>
    Element,

    /// <summary>Behind an element, where neither a comma nor a closing bracket stands.</summary>
    Separator,
}

/// <summary>Reads the numbers of one JSON array that holds no arrays: the inner loop of every body.</summary>
internal static class NumberRow
{
    /// <summary>Reads elements until the row ends or something else needs a decision.</summary>
    /// <typeparam name="T">float, double, an integer type of 8 to 64 bits, or bool.</typeparam>
    /// <param name="text">The body.</param>
    /// <param name="at">At the first byte of an element or white space before it; moved to where it stopped.</param>
    /// <param name="into">Receives the elements.</param>
    /// <param name="count">How many of <paramref name="into"/> are filled; raised.</param>
    /// <param name="outcome">With <see cref="RowStop.Element"/>, why the element was not read.</param>
    public static RowStop Read<T>(ReadOnlySpan<byte> text, ref int at, Span<T> into, ref int count, out NumberOutcome outcome)
        where T : unmanaged
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
        ref T target = ref MemoryMarshal.GetReference(into);
        int last = text.Length - DigitBlock.Window;
        int p = at;
        int n = count;
        RowStop stop;
        outcome = NumberOutcome.Read;
        while (true)
        {
            if (n >= into.Length)
            {
                stop = RowStop.Full;
                break;
            }

            if (p <= last && TryUsual(ref Unsafe.Add(ref start, p), p, out T value, out int length))
            {
                int next = p + length;
                byte after = Unsafe.Add(ref start, next);
                if (after == ',')
                {
                    Unsafe.Add(ref target, n++) = value;
                    p = next + 1;
                    p += Unsafe.Add(ref start, p) == ' ' ? 1 : 0;
                    if (Unsafe.Add(ref start, p) <= ' ')
                    {
                        p = SkipSpace(text, p);
                    }

                    continue;
                }

                if (after == ']')
                {
                    Unsafe.Add(ref target, n++) = value;
                    p = next + 1;
                    stop = RowStop.End;
                    break;
                }
            }

            p = SkipSpace(text, p);
            outcome = NumberScanner.TryRead(text, ref p, out value);
            if (outcome != NumberOutcome.Read)
            {
                stop = RowStop.Element;
                break;
            }

            Unsafe.Add(ref target, n++) = value;
            p = SkipSpace(text, p);
            if (p >= text.Length || text[p] is not ((byte)',' or (byte)']'))
            {
                stop = RowStop.Separator;
                break;
            }

            if (text[p++] == ']')
            {
                stop = RowStop.End;
                break;
            }

            p = SkipSpace(text, p);
        }

        at = p;
        count = n;
        return stop;
    }

    /// <summary>Steps over white space.</summary>
    /// <param name="text">The body.</param>
    /// <param name="at">Where to begin.</param>
    public static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && JsonCursor.IsSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>The number most often met: few enough characters, no exponent. What follows it is for the caller to check.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryUsual<T>(ref byte first, int before, out T value, out int length)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            bool read = TrySingle(ref first, before, out float single, out length);
            value = (T)(object)single;
            return read;
        }

        if (typeof(T) == typeof(double))
        {
            bool read = TryDouble(ref first, before, out double number, out length);
            value = (T)(object)number;
            return read;
        }

        if (typeof(T) == typeof(bool))
        {
            value = default;
            length = 0;
            return false;
        }

        return TryInteger(ref first, out value, out length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySingle(ref byte first, int before, out float value, out int length)
    {
        if (!DigitBlock.TryShort(ref first, out ulong digits, out int fraction, out uint negative, out length)
            && !TryLong(ref first, before, out digits, out fraction, out negative, out length))
        {
            value = 0;
            return false;
        }

        // Digits, power and product are each within half a unit of FP64, so the product is within 3: unless a point halfway between
        // two floats lies that near, it rounds to the float that the exact product rounds to. No float here is subnormal or too large.
        double product = ToDouble(digits) * Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(PowersOfTen.Negative), fraction);
        int fromHalfway = (int)(BitConverter.DoubleToUInt64Bits(product) & 0x1FFF_FFFF) - 0x1000_0000;
        value = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)product) | (negative << 31));
        return (uint)(fromHalfway + 4) > 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryDouble(ref byte first, int before, out double value, out int length)
    {
        if (DigitBlock.TryShort(ref first, out ulong digits, out int fraction, out uint negative, out length))
        {
            // Both are exact in FP64 (fewer than 16 digits, at most 14 behind the point), so the quotient is the nearest (Clinger 1990).
            value = (long)digits / Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(PowersOfTen.Exact), fraction);
        }
        else if (!TryLong(ref first, before, out digits, out fraction, out negative, out length)
            || BinaryRounding.Round(digits, -fraction, out value) != BinaryRounding.Outcome.Rounded)
        {
            value = 0;
            return false;
        }

        value = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(value) | ((ulong)negative << 63));
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryLong(ref byte first, int before, out ulong digits, out int fraction, out uint negative, out int length)
    {
        digits = 0;
        fraction = 0;
        negative = 0;
        length = 0;
        return before >= DigitBlock.WindowBefore && DigitBlock.TryLong(ref first, out digits, out fraction, out negative, out length);
    }

    /// <summary>A whole number of at most seven digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryInteger<T>(ref byte first, out T value, out int length)
        where T : unmanaged
    {
        int negative = first == '-' ? 1 : 0;
        ulong values = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, negative)) ^ 0x3030303030303030;

        // A byte above 9 carries into the one behind it at most, so the lowest mark is right.
        ulong others = (values | (values + 0x7676767676767676)) & 0x8080808080808080;
        int digits = BitOperations.TrailingZeroCount(others) >> 3;
        int whole = (int)DigitBlock.FoldEight(values << ((64 - (8 * digits)) & 63));
        whole = negative == 1 ? -whole : whole;
        length = digits + negative;
        value = Unsafe.As<int, T>(ref whole);
        bool leadingZero = (byte)values == 0 && digits > 1;
        if (typeof(T) == typeof(long) || typeof(T) == typeof(ulong))
        {
            long wide = whole;
            value = Unsafe.As<long, T>(ref wide);
        }

        return (uint)(digits - 1) < 7 && !leadingZero && Fits<T>(whole);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Fits<T>(int whole)
    {
        if (typeof(T) == typeof(byte)) return (byte)whole == whole;
        if (typeof(T) == typeof(sbyte)) return (sbyte)whole == whole;
        if (typeof(T) == typeof(ushort)) return (ushort)whole == whole;
        if (typeof(T) == typeof(short)) return (short)whole == whole;
        if (typeof(T) == typeof(uint) || typeof(T) == typeof(ulong)) return whole >= 0;
        return true;
    }

    /// <summary>Faster than the conversion of an unsigned word, which few processors have, for the digits that fit a signed one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ToDouble(ulong digits) => (long)digits >= 0 ? (long)digits : digits;
}
