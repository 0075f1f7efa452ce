using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GradService.Wire;

/// <summary>
/// Reads floating numbers of many digits one after another, as the exact printing of doubles makes them. A loop of its own beside that of
/// <see cref="NumberRow"/>, optimised when it is first called, so that neither is laid out by what the other has met.
/// </summary>
internal static class LongNumbers
{
    /// <summary>Where reading stopped: in registers, so that the loop has the others.</summary>
    /// <param name="At">Behind the last element read and what parts it from the next.</param>
    /// <param name="Count">How many elements were read.</param>
    /// <param name="Ended">Whether the row's closing bracket was passed.</param>
    public readonly record struct Stop(int At, int Count, bool Ended);

    /// <summary>Reads elements until the row ends or something else comes.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="text">The body.</param>
    /// <param name="at">The first byte of an element.</param>
    /// <param name="into">Receives the elements.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Stop Read<T>(ReadOnlySpan<byte> text, int at, Span<T> into)
        where T : unmanaged
    {
        if (at < DigitBlock.WindowBefore || at > text.Length - DigitBlock.Window)
        {
            return new Stop(at, 0, Ended: false);
        }

        ref byte start = ref MemoryMarshal.GetReference(text);
        ref byte last = ref Unsafe.Add(ref start, text.Length - DigitBlock.Window);
        ref byte p = ref Unsafe.Add(ref start, at);
        ref byte block = ref p;
        ref T target = ref MemoryMarshal.GetReference(into);
        ref T full = ref Unsafe.Add(ref target, into.Length);
        ulong ends = 0;
        bool ended = false;
        while (Unsafe.IsAddressLessThan(ref target, ref full) && !Unsafe.IsAddressGreaterThan(ref p, ref last))
        {
            if (ends == 0)
            {
                block = ref p;
                ends = DigitBlock.Ends(ref p);
            }

            ref byte next = ref Unsafe.Add(ref block, BitOperations.TrailingZeroCount(ends));
            int length = (int)Unsafe.ByteOffset(ref p, ref next);
            if (!DigitBlock.TryLong(ref next, length, out ulong digits, out int fraction, out uint negative))
            {
                break;
            }

            if (typeof(T) == typeof(float))
            {
                if (!NumberRow.TryRound((long)digits, fraction, negative, out float single))
                {
                    break;
                }

                Unsafe.As<T, float>(ref target) = single;
            }
            else
            {
                if (!BinaryRounding.TryRoundFraction(digits, fraction, out double number))
                {
                    break;
                }

                Unsafe.As<T, double>(ref target) = NumberRow.Signed(number, negative);
            }

            target = ref Unsafe.Add(ref target, 1);
            p = ref Unsafe.Add(ref next, 1);
            if (next == ']')
            {
                ended = true;
                break;
            }

            ends &= ends - 1;
            if (p <= ' ')
            {
                if (p != ' ' || Unsafe.Add(ref p, 1) <= ' ')
                {
                    break;
                }

                p = ref Unsafe.Add(ref p, 1);
            }
        }

        return new Stop((int)Unsafe.ByteOffset(ref start, ref p), (int)(Unsafe.ByteOffset(ref MemoryMarshal.GetReference(into), ref target) / Unsafe.SizeOf<T>()), ended);
    }
}
