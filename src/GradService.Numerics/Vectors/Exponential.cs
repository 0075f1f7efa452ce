using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The exponential of numbers that are not positive, as many FP64 lanes at a time as the machine has. Only additions, multiplications and fused multiply-adds
/// in a fixed order, so that the bits are the same on any machine: the framework's own uses a fused operation or not as the machine has it.
/// </summary>
internal static class Exponential
{
    // Adding it rounds a small number to an integer, which then stands in the low bits.
    private const double Rounder = 6755399441055744;
    private const double Log2E = 1.4426950408889634;
    private const double Ln2High = 0.6931471805599453;
    private const double Ln2Low = 2.3190468138462996e-17;
    private const double Lift = 18446744073709551616.0;

    /// <summary>
    /// e^x for x &lt;= 0 or NaN. For an FP64 result (<typeparamref name="T"/> is double) within 1 ulp and down to the subnormals; for one
    /// that will be rounded to FP32 within 1.1e-10 of itself, and 0 below e^-700.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfNonPositive<T, V>(V x)
        where V : struct, IDoubleLanes<V> =>
        typeof(T) == typeof(double) ? Full(x) : Short(x);

    // 1 + r q(r) over |r| <= ln 2 / 2, with q the interpolation of (e^r - 1) / r at seven Chebyshev nodes; e^0 is exactly 1. In pairs, so
    // that the additions wait for each other as little as may be.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Short<V>(V x)
        where V : struct, IDoubleLanes<V>
    {
        V shifted = V.FusedMultiplyAdd(x, V.Fill(Log2E), V.Fill(Rounder));
        V n = shifted - V.Fill(Rounder);
        V r = V.FusedMultiplyAdd(n, V.Fill(-Ln2High), x);
        V square = r * r;
        V p01 = V.One + r;
        V p23 = V.FusedMultiplyAdd(r, V.Fill(0.16666666719028936), V.Fill(0.5000000047146057));
        V p45 = V.FusedMultiplyAdd(r, V.Fill(0.00833329846980059), V.Fill(0.04166635277111221));
        V p67 = V.FusedMultiplyAdd(r, V.Fill(0.00019899285575896282), V.Fill(0.0013941118895837));
        V p = V.FusedMultiplyAdd(p67, square, p45);
        p = V.FusedMultiplyAdd(p, square, p23);
        p = V.FusedMultiplyAdd(p, square, p01);

        // A NaN widened from FP32 has no low bits set, so the shift leaves nothing and the NaN stays one.
        V scaled = V.AddBits(p, V.ShiftBitsLeft(shifted, 52));
        return V.Select(V.Less(x, V.Fill(-700.0)), V.Zero, scaled);
    }

    // Taylor to degree 13: the remainder is below 0.3466^14 / 14! = 5e-18. The factor 2^64 keeps the exponent in range until the last
    // multiplication, which rounds to a subnormal where it must.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Full<V>(V x)
        where V : struct, IDoubleLanes<V>
    {
        V bounded = V.Select(V.Less(x, V.Fill(-746.0)), V.Fill(-746.0), x);
        V shifted = V.FusedMultiplyAdd(bounded, V.Fill(Log2E), V.Fill(Rounder));
        V n = shifted - V.Fill(Rounder);
        V r = V.FusedMultiplyAdd(n, V.Fill(-Ln2High), bounded);
        r = V.FusedMultiplyAdd(n, V.Fill(-Ln2Low), r);
        V p = V.FusedMultiplyAdd(r, V.Fill(1.0 / 6227020800), V.Fill(1.0 / 479001600));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 39916800));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 3628800));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 362880));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 40320));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 5040));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 720));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 120));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 24));
        p = V.FusedMultiplyAdd(p, r, V.Fill(1.0 / 6));
        p = V.FusedMultiplyAdd(p, r, V.Fill(0.5));
        p = V.FusedMultiplyAdd(p, r, V.One);
        p = V.FusedMultiplyAdd(p, r, V.One) * V.Fill(Lift);
        V scaled = V.AddBits(p, V.ShiftBitsLeft(shifted, 52)) * V.Fill(1 / Lift);

        // 0, or NaN where x is: the bits of a NaN may have been shifted into anything.
        return scaled + (bounded - bounded);
    }
}
