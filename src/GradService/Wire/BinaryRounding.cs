using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace GradService.Wire;

/// <summary>
/// Rounds <c>digits x 10^exponent</c> to the nearest FP32 or FP64 from one 64 x 128 bit product, and says so when that cannot settle it.
/// Source: D. Lemire, "Number Parsing at a Gigabyte per Second", 2021. The margin here is our own: the table is rounded down, so the
/// true product lies less than 2 units of the 128 kept bits above the computed one; only a halfway point in that gap is undecided.
/// </summary>
internal static class BinaryRounding
{
    /// <summary>What came of it.</summary>
    public enum Outcome
    {
        /// <summary>The value is the nearest.</summary>
        Rounded,

        /// <summary>Too close to a halfway point, or subnormal: to be settled with all digits.</summary>
        Undecided,

        /// <summary>Beyond the largest finite value once rounded.</summary>
        Overflow,
    }

    /// <summary>
    /// Rounds <c>digits x 10^-fraction</c> from one 64 x 64 bit product, which settles all but one number in 512: the power is rounded
    /// down and never exact, so the true product lies above the computed one, by less than one unit of its upper half. Nothing is
    /// a tie then, and no step depends on which way is rounded.
    /// </summary>
    /// <param name="digits">The decimal significand.</param>
    /// <param name="fraction">From 1 to <see cref="PowersOfTen.MostFractionDigits"/>.</param>
    /// <param name="value">The nearest FP64.</param>
    /// <returns>False where it takes a closer look: next to a halfway point, or 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRoundFraction(ulong digits, int fraction, out double value)
    {
        nint shift = BitOperations.LeadingZeroCount(digits);
        ulong power = Unsafe.Add(ref MemoryMarshal.GetReference(PowersOfTen.NegativeSignificands), fraction);
        ulong high = Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(digits << (int)shift, power) : Math.BigMul(digits << (int)shift, power, out _);
        value = 0;
        if (digits == 0 || (~high & 0x1FF) == 0)
        {
            return false;
        }

        // Below the 53 bits and the one that rounds them come 9 or 10, which a unit more may carry out of only when all are ones. The leading
        // bit, and a carry out of all 53, count the exponent up.
        ulong top = high >> 63;
        ulong significand = high >> (int)(9 + top);
        significand = (significand + (significand & 1)) >> 1;
        ulong biased = top + (ulong)(63 + 1022 + PowersOfTen.BinaryExponent(-fraction) - shift);
        value = BitConverter.UInt64BitsToDouble((biased << 52) + significand);
        return true;
    }

    /// <summary>Rounds a decimal number.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="digits">The decimal significand.</param>
    /// <param name="exponent">The power of ten it is multiplied by.</param>
    /// <param name="value">The nearest value, ties to even; 0 unless rounded.</param>
    public static Outcome Round<T>(ulong digits, int exponent, out T value)
        where T : unmanaged
    {
        value = default;
        int fractionBits = typeof(T) == typeof(float) ? 23 : 52;
        int bias = typeof(T) == typeof(float) ? 127 : 1023;
        if (digits == 0 || exponent < PowersOfTen.Least)
        {
            return Outcome.Rounded;
        }

        if (exponent > 308)
        {
            return Outcome.Overflow;
        }

        int shift = BitOperations.LeadingZeroCount(digits);
        UInt128 power = PowersOfTen.Significand(exponent);
        ulong high = Math.BigMul(digits << shift, (ulong)(power >> 64), out ulong middle);
        ulong carry = Math.BigMul(digits << shift, (ulong)power, out _);
        middle += carry;
        high += middle < carry ? 1UL : 0UL;

        int top = (int)(high >> 63);
        int dropped = 62 - fractionBits + top;
        ulong significand = high >> dropped;
        ulong rest = high & ((1UL << dropped) - 1);
        ulong half = 1UL << (dropped - 1);
        bool exact = exponent is >= 0 and <= 27;
        if (!exact && ((rest == half && middle == 0) || (rest == half - 1 && middle >= ulong.MaxValue - 1)))
        {
            return Outcome.Undecided;
        }

        if (rest > half || (rest == half && (middle != 0 || (significand & 1) != 0)))
        {
            significand++;
        }

        int biased = 63 + top - shift + PowersOfTen.BinaryExponent(exponent) + bias;
        if (significand >> (fractionBits + 1) != 0)
        {
            significand >>= 1;
            biased++;
        }

        if (biased <= 0)
        {
            return Outcome.Undecided;
        }

        if (biased > 2 * bias)
        {
            return Outcome.Overflow;
        }

        ulong bits = (significand & ((1UL << fractionBits) - 1)) | ((ulong)biased << fractionBits);
        value = typeof(T) == typeof(float)
            ? (T)(object)BitConverter.UInt32BitsToSingle((uint)bits)
            : (T)(object)BitConverter.UInt64BitsToDouble(bits);
        return Outcome.Rounded;
    }
}
