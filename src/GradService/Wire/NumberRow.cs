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
        nint last = text.Length - DigitBlock.Window;
        nint p = at;
        nint n = count;
        nint room = into.Length;
        nint block = 0;
        ulong ends = 0;
        RowStop stop;
        outcome = NumberOutcome.Read;
        while (true)
        {
            if (n >= room)
            {
                stop = RowStop.Full;
                break;
            }

            if (p <= last)
            {
                if (ends == 0)
                {
                    block = p;
                    ends = DigitBlock.Ends(ref Unsafe.Add(ref start, p));
                }

                // With no end in sight the distance is that of the window, too long to be read here.
                nint next = block + BitOperations.TrailingZeroCount(ends);
                int length = (int)(next - p);
                if (length >= DigitBlock.Short)
                {
                    if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
                    {
                        LongNumbers.Stop run = LongNumbers.Read(text, (int)p, into[(int)n..]);
                        p = run.At;
                        n += run.Count;
                        ends = 0;
                        if (run.Ended)
                        {
                            stop = RowStop.End;
                            break;
                        }

                        if (run.Count > 0)
                        {
                            continue;
                        }
                    }
                }
                else if (TryUsual(ref Unsafe.Add(ref start, p), length, out T value))
                {
                    Unsafe.Add(ref target, n++) = value;
                    p = next + 1;
                    if (Unsafe.Add(ref start, next) == ']')
                    {
                        stop = RowStop.End;
                        break;
                    }

                    ends &= ends - 1;
                    if (Unsafe.Add(ref start, p) <= ' ')
                    {
                        // A branch, not an addition of 0 or 1: the processor foresees the one and waits for the other.
                        p = Unsafe.Add(ref start, p) == ' ' && Unsafe.Add(ref start, p + 1) > ' ' ? p + 1 : SkipSpace(text, (int)p);
                    }

                    continue;
                }
            }

            ends = 0;

            // By way of copies: a local whose address is taken would live in memory, and the loop go at memory's pace.
            int careful = (int)p;
            RowStop? end = ReadCarefully(text, ref careful, out T rare, out outcome);
            p = careful;
            if (end is not RowStop.Element)
            {
                Unsafe.Add(ref target, n++) = rare;
            }

            if (end is { } reason)
            {
                stop = reason;
                break;
            }
        }

        at = (int)p;
        count = (int)n;
        return stop;
    }

    /// <summary>One element of any form, white space, and what parts it from the next.</summary>
    /// <returns>Null when another element follows.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RowStop? ReadCarefully<T>(ReadOnlySpan<byte> text, ref int at, out T value, out NumberOutcome outcome)
        where T : unmanaged
    {
        at = SkipSpace(text, at);
        outcome = NumberScanner.TryRead(text, ref at, out value);
        if (outcome != NumberOutcome.Read)
        {
            return RowStop.Element;
        }

        at = SkipSpace(text, at);
        if (at >= text.Length || text[at] is not ((byte)',' or (byte)']'))
        {
            return RowStop.Separator;
        }

        if (text[at++] == ']')
        {
            return RowStop.End;
        }

        at = SkipSpace(text, at);
        return null;
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

    /// <summary>The number most often met: few enough characters, no exponent, and no white space behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryUsual<T>(ref byte first, int length, out T value)
        where T : unmanaged
    {
        value = default;
        if (typeof(T) == typeof(bool))
        {
            return false;
        }

        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            return TryInteger(ref first, length, out value);
        }

        if (!DigitBlock.TryShort(ref first, length, out long digits, out int fraction, out uint negative))
        {
            return false;
        }

        if (typeof(T) == typeof(float))
        {
            bool read = TryRound(digits, fraction, negative, out float single);
            value = (T)(object)single;
            return read;
        }

        // Both are exact in FP64 (fewer than 16 digits, at most 14 behind the point), so the quotient is the nearest (Clinger 1990).
        value = (T)(object)Signed(digits / Unsafe.Add(ref MemoryMarshal.GetReference(PowersOfTen.Exact), fraction), negative);
        return true;
    }

    /// <summary>
    /// Digits, power and product are each within half a unit of FP64, so the product is within 3: unless a point halfway between two
    /// floats lies that near, it rounds to the float that the exact product rounds to. With at most 31 places no float here is subnormal.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRound(long digits, int fraction, uint negative, out float value)
    {
        double product = digits * Unsafe.Add(ref MemoryMarshal.GetReference(PowersOfTen.Negative), fraction);
        int fromHalfway = (int)(BitConverter.DoubleToUInt64Bits(product) & 0x1FFF_FFFF) - 0x1000_0000;
        value = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)product) | (negative << 31));
        return (uint)(fromHalfway + 4) > 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Signed(double value, uint negative) =>
        BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(value) | ((ulong)negative << 63));

    /// <summary>A whole number of at most seven characters, or eight where all are digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryInteger<T>(ref byte first, int length, out T value)
        where T : unmanaged
    {
        value = default;
        if ((uint)(length - 1) > 7)
        {
            return false;
        }

        // The digits alone, moved to the upper end of the word: below them come zeros, as before a number.
        ulong values = (Unsafe.ReadUnaligned<ulong>(ref first) ^ 0x3030303030303030) << (64 - (8 * length));
        int negative = first == '-' ? 1 : 0;
        ulong sign = ((ulong)-negative & 0xFF) << (64 - (8 * length));
        values &= ~sign;
        ulong others = (values | (values + 0x7676767676767676)) & 0x8080808080808080;
        if (others != 0 || length == negative || (Unsafe.Add(ref first, negative) == '0' && length > negative + 1))
        {
            return false;
        }

        int whole = (int)DigitBlock.FoldEight(values);
        whole = (whole ^ -negative) + negative;
        if (typeof(T) == typeof(long) || typeof(T) == typeof(ulong))
        {
            long wide = whole;
            value = Unsafe.As<long, T>(ref wide);
        }
        else
        {
            value = Unsafe.As<int, T>(ref whole);
        }

        return Fits<T>(whole);
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
}
