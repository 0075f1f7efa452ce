using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The exponential of minus a difference of two FP32 numbers in FP32 arithmetic, twice as many lanes at a time as in FP64. What the subtraction
/// rounds away is carried along, so that the result is within 0.85 ulp however large the difference; the bits are the same on any machine.
/// </summary>
internal static class FloatExponential
{
    /// <summary>The largest difference whose exponential is computed right; from above it the result is nothing.</summary>
    public const float Largest = 80;

    // Adding it rounds a small number to an integer, which then stands in the low bits.
    private const float Rounder = 12582912;
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693147182f;
    private const float Ln2Low = -1.90465421e-9f;

    /// <summary>a - b, and what the rounding added to it; NaN where one is not finite. Knuth's two-sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Difference<TLanes, TVector>(TVector a, TVector b, out TVector added)
        where TLanes : struct, IFloatLanes<TVector>
    {
        TVector difference = TLanes.Subtract(a, b);
        TVector minusB = TLanes.Subtract(difference, a);
        added = TLanes.Add(TLanes.Subtract(TLanes.Subtract(difference, minusB), a), TLanes.Add(b, minusB));
        return difference;
    }

    /// <summary>e^(added - difference) for a difference from 0 to <see cref="Largest"/> and what <see cref="Difference"/> says was added to it; exactly 1 for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector OfMinus<TLanes, TVector>(TVector difference, TVector added)
        where TLanes : struct, IFloatLanes<TVector>
    {
        TVector shifted = TLanes.FusedMultiplyAdd(difference, TLanes.Fill(-Log2E), TLanes.Fill(Rounder));
        TVector n = TLanes.Subtract(shifted, TLanes.Fill(Rounder));

        // Exact: a multiple of the difference's unit or of 2^-24, and at most ln 2 / 2.
        TVector most = TLanes.FusedMultiplyAdd(n, TLanes.Fill(Ln2High), difference);
        TVector rest = TLanes.FusedMultiplyAdd(n, TLanes.Fill(-Ln2Low), added);
        TVector r = TLanes.Subtract(most, rest);

        // e^-r = 1 - r + r^2 q(r), with the q of degree 4 whose largest error, relative to e^-r, is least: 0.06 units of 2^-24.
        TVector square = TLanes.Multiply(r, r);
        TVector q01 = TLanes.FusedMultiplyAdd(r, TLanes.Fill(-0.16666521f), TLanes.Fill(0.49999994f));
        TVector q23 = TLanes.FusedMultiplyAdd(r, TLanes.Fill(-0.0083687166f), TLanes.Fill(0.041668388f));
        TVector q = TLanes.FusedMultiplyAdd(TLanes.FusedMultiplyAdd(TLanes.Fill(0.0013814599f), square, q23), square, q01);

        // Its first two terms are what they are without any rounding; what is small is added last.
        TVector small = TLanes.FusedMultiplyAdd(q, square, rest);
        TVector large = TLanes.Subtract(TLanes.Fill(1), most);
        TVector lost = TLanes.Subtract(TLanes.Subtract(TLanes.Fill(1), large), most);
        return TLanes.AddBits(TLanes.Add(large, TLanes.Add(lost, small)), TLanes.ShiftBitsLeft(shifted, 23));
    }
}
