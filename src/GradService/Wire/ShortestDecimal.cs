using System.Runtime.CompilerServices;

namespace GradService.Wire;

/// <summary>
/// The shortest decimal that reads back to a float or double, and of those the nearest to it.
/// Source: R. Giulietti, "The Schubfach way to render doubles", 2020.
/// </summary>
internal static class ShortestDecimal
{
    private const int LeastSingle = -31;
    private const int GreatestSingle = 45;
    private const int LeastDouble = -292;

    private static readonly ulong[] SinglePowers =
        [.. Enumerable.Range(LeastSingle, GreatestSingle - LeastSingle + 1).Select(exponent => RoundedUp64(exponent))];

    private static readonly UInt128[] DoublePowers =
        [.. Enumerable.Range(LeastDouble, PowersOfTen.Greatest - LeastDouble + 1).Select(RoundedUp128)];

    /// <summary>Finds the digits of a float.</summary>
    /// <param name="bits">Its bits without the sign; finite and not 0.</param>
    /// <param name="exponent">The power of ten the digits are multiplied by.</param>
    /// <returns>The digits, seven to nine unless the number is subnormal; they may end with zeros.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint OfSingle(uint bits, out int exponent)
    {
        uint fraction = bits & 0x7F_FFFF;
        int biased = (int)(bits >> 23);
        uint significand = biased == 0 ? fraction : fraction | 0x80_0000;
        int power = Math.Max(biased, 1) - 150;
        // Where the significand is least, the float below lies half as far as the float above.
        int near = fraction == 0 && biased > 1 ? 1 : 0;
        int k = ((power * 1262611) - (near * 524031)) >> 22;
        int shift = power + PowersOfTen.BinaryExponent(-k) + 1;
        ulong g = SinglePowers[-k - LeastSingle];
        uint value = Scale(g, (4 * significand) << shift);
        uint lower = Scale(g, ((4 * significand) - 2 + (uint)near) << shift);
        uint upper = Scale(g, ((4 * significand) + 2) << shift);
        uint odd = significand & 1;
        lower += odd;
        upper -= odd;

        // Each choice is as likely as not, so all are made by arithmetic: a branch would be mispredicted every other time.
        uint digits = value / 4;
        uint tens = digits / 10;
        uint tenBelow = lower <= 40 * tens ? 1u : 0;
        uint tenAbove = (40 * tens) + 40 <= upper ? 1u : 0;
        uint shorter = (tenBelow ^ tenAbove) & (digits >= 10 ? 1u : 0);
        uint below = lower <= 4 * digits ? 1u : 0;
        uint above = (4 * digits) + 4 <= upper ? 1u : 0;
        uint nearer = value + (digits & 1) > (4 * digits) + 2 ? 1u : 0;
        uint one = below ^ above;
        uint full = digits + ((one & above) | (~one & nearer));
        exponent = k;
        return full ^ ((full ^ (10 * (tens + tenAbove))) & (0 - shorter));
    }

    /// <summary>What the steps take that depends on a float's exponent alone, for all but the least significand.</summary>
    /// <param name="power">The power of two that its significand is multiplied by.</param>
    /// <param name="exponent">The power of ten that the digits are multiplied by.</param>
    /// <param name="shift">How far four times the significand is shifted to the left before it is multiplied.</param>
    /// <returns>The scale to multiply it by, a power of ten rounded up.</returns>
    public static ulong ScaleOfSingle(int power, out int exponent, out int shift)
    {
        exponent = (power * 1262611) >> 22;
        shift = power + PowersOfTen.BinaryExponent(-exponent) + 1;
        return SinglePowers[-exponent - LeastSingle];
    }

    /// <summary>Finds the digits of a double.</summary>
    /// <param name="bits">Its bits without the sign; finite and not 0.</param>
    /// <param name="exponent">The power of ten the digits are multiplied by.</param>
    /// <returns>The digits, sixteen or seventeen unless the number is subnormal; they may end with zeros.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfDouble(ulong bits, out int exponent)
    {
        ulong fraction = bits & 0xF_FFFF_FFFF_FFFF;
        int biased = (int)(bits >> 52);
        ulong significand = biased == 0 ? fraction : fraction | 0x10_0000_0000_0000;
        int power = Math.Max(biased, 1) - 1075;
        int near = fraction == 0 && biased > 1 ? 1 : 0;
        int k = ((power * 1262611) - (near * 524031)) >> 22;
        int shift = power + PowersOfTen.BinaryExponent(-k) + 1;
        UInt128 g = DoublePowers[-k - LeastDouble];
        ulong value = Scale(g, (4 * significand) << shift);
        ulong lower = Scale(g, ((4 * significand) - 2 + (ulong)near) << shift);
        ulong upper = Scale(g, ((4 * significand) + 2) << shift);
        ulong odd = significand & 1;
        lower += odd;
        upper -= odd;

        // Each choice is as likely as not, so all are made by arithmetic: a branch would be mispredicted every other time.
        ulong digits = value / 4;
        ulong tens = digits / 10;
        ulong tenBelow = lower <= 40 * tens ? 1UL : 0;
        ulong tenAbove = (40 * tens) + 40 <= upper ? 1UL : 0;
        ulong shorter = (tenBelow ^ tenAbove) & (digits >= 10 ? 1UL : 0);
        ulong below = lower <= 4 * digits ? 1UL : 0;
        ulong above = (4 * digits) + 4 <= upper ? 1UL : 0;
        ulong nearer = value + (digits & 1) > (4 * digits) + 2 ? 1UL : 0;
        ulong one = below ^ above;
        ulong full = digits + ((one & above) | (~one & nearer));
        exponent = k;
        return full ^ ((full ^ (10 * (tens + tenAbove))) & (0 - shorter));
    }

    /// <summary>The upper half of the product, with its last bit set when anything but the least is lost below it (round to odd).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Scale(ulong g, uint significand)
    {
        ulong high = Math.BigMul(g, significand, out ulong low);
        return (uint)high | ((uint)(low >> 32) > 1 ? 1u : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Scale(UInt128 g, ulong significand)
    {
        ulong carried = Math.BigMul((ulong)g, significand, out _);
        ulong high = Math.BigMul((ulong)(g >> 64), significand, out ulong low);
        low += carried;
        high += low < carried ? 1UL : 0;
        return high | (low > 1 ? 1UL : 0);
    }

    private static UInt128 RoundedUp128(int exponent) =>
        PowersOfTen.Significand(exponent) + (exponent is >= 0 and <= PowersOfTen.GreatestExact ? UInt128.Zero : UInt128.One);

    private static ulong RoundedUp64(int exponent)
    {
        UInt128 power = PowersOfTen.Significand(exponent);
        return (ulong)(power >> 64) + (exponent is >= 0 and <= PowersOfTen.GreatestExact && (ulong)power == 0 ? 0UL : 1UL);
    }
}
