using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The exponentials of FP32 numbers relative to the largest of them, in FP32 arithmetic, twice as many lanes at a time as in FP64: within 1.2 ulp
/// however far apart the numbers are, and with the same bits on any machine.
/// </summary>
/// <remarks>
/// e^(x - m) = 2^n e^r. With m cut to a step and a whole number of steps nearly ln 2, what is nearly x - r is a number of steps too, so that
/// nothing is rounded before x is taken from it; what both cuts leave is small and known.
/// </remarks>
internal static class FloatExponential
{
    /// <summary>The largest difference whose exponential is computed right; from above it the result is nothing.</summary>
    public const float Largest = 80;

    // Adding it rounds a small number to an integer, which then stands in the low bits.
    private const float Rounder = 12582912;

    // As much for numbers of steps of 1/512, up to 8192 of either sign.
    private const float StepRounder = Rounder / 512;
    private const int LeastRounded = 0x46800000;
    private const int RoundedBits = 0x007FFFFF;

    // 355 steps, and the rest of ln 2.
    private const float Ln2Steps = 0.693359375f;
    private const float Ln2Rest = -2.12194440e-4f;
    private const float Log2E = 1.44269504f;

    /// <summary>A bit for each lane whose number can be the largest: at most 8192 of either sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Fits<TLanes, TVector>(TVector largest)
        where TLanes : struct, IFloatLanes<TVector>
    {
        TVector rounded = TLanes.Add(largest, TLanes.Fill(StepRounder));
        TVector above = TLanes.AddBits(rounded, TLanes.Fill(BitConverter.Int32BitsToSingle(-LeastRounded)));
        return TLanes.AtMostBits(above, TLanes.Fill(BitConverter.Int32BitsToSingle(RoundedBits)));
    }

    /// <summary>The largest number cut to a step, and what that leaves of it, both exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TVector Steps, TVector Left) Cut<TLanes, TVector>(TVector largest)
        where TLanes : struct, IFloatLanes<TVector>
    {
        TVector steps = TLanes.Subtract(TLanes.Add(largest, TLanes.Fill(StepRounder)), TLanes.Fill(StepRounder));
        return (steps, TLanes.Subtract(largest, steps));
    }

    /// <summary>e^(value - largest), exactly 1 for the largest itself.</summary>
    /// <param name="value">At most <see cref="Largest"/> below the largest.</param>
    /// <param name="difference">The largest less the value, as FP32 rounds it.</param>
    /// <param name="largest">What <see cref="Cut"/> says of the largest.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TLanes, TVector>(TVector value, TVector difference, (TVector Steps, TVector Left) largest)
        where TLanes : struct, IFloatLanes<TVector>
    {
        TVector shifted = TLanes.FusedMultiplyAdd(difference, TLanes.Fill(-Log2E), TLanes.Fill(Rounder));
        TVector n = TLanes.Subtract(shifted, TLanes.Fill(Rounder));
        TVector most = TLanes.Subtract(value, TLanes.FusedMultiplyAdd(n, TLanes.Fill(Ln2Steps), largest.Steps));
        TVector r = TLanes.Subtract(most, TLanes.FusedMultiplyAdd(n, TLanes.Fill(Ln2Rest), largest.Left));

        // e^r = 1 + r q(r), with the q of degree 5 whose largest error, relative to e^r, is least: 0.05 units of 2^-24.
        TVector q = TLanes.FusedMultiplyAdd(r, TLanes.Fill(0.0013819205f), TLanes.Fill(0.008368695f));
        q = TLanes.FusedMultiplyAdd(q, r, TLanes.Fill(0.041668285f));
        q = TLanes.FusedMultiplyAdd(q, r, TLanes.Fill(0.16666521f));
        q = TLanes.FusedMultiplyAdd(q, r, TLanes.Fill(0.49999994f));
        q = TLanes.FusedMultiplyAdd(q, r, TLanes.Fill(1));
        return TLanes.AddBits(TLanes.FusedMultiplyAdd(r, q, TLanes.Fill(1)), TLanes.ShiftBitsLeft(shifted, 23));
    }
}
