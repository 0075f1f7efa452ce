using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The exponential of numbers that are not positive, eight FP64 lanes at a time. Only additions, multiplications and fused multiply-adds
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
    public static Vector512<double> OfNonPositive<T>(Vector512<double> x) =>
        typeof(T) == typeof(double) ? Full(x) : Short(x);

    // 1 + r q(r) over |r| <= ln 2 / 2, with q the interpolation of (e^r - 1) / r at seven Chebyshev nodes; e^0 is exactly 1. In pairs, so
    // that the additions wait for each other as little as may be.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Short(Vector512<double> x)
    {
        Vector512<double> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), Vector512.Create(Rounder));
        Vector512<double> n = shifted - Vector512.Create(Rounder);
        Vector512<double> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), x);
        Vector512<double> square = r * r;
        Vector512<double> p01 = Vector512<double>.One + r;
        Vector512<double> p23 = Vector512.FusedMultiplyAdd(r, Vector512.Create(0.16666666719028936), Vector512.Create(0.5000000047146057));
        Vector512<double> p45 = Vector512.FusedMultiplyAdd(r, Vector512.Create(0.00833329846980059), Vector512.Create(0.04166635277111221));
        Vector512<double> p67 = Vector512.FusedMultiplyAdd(r, Vector512.Create(0.00019899285575896282), Vector512.Create(0.0013941118895837));
        Vector512<double> p = Vector512.FusedMultiplyAdd(p67, square, p45);
        p = Vector512.FusedMultiplyAdd(p, square, p23);
        p = Vector512.FusedMultiplyAdd(p, square, p01);

        // A NaN widened from FP32 has no low bits set, so the shift leaves nothing and the NaN stays one.
        Vector512<double> scaled = (p.AsInt64() + Vector512.ShiftLeft(shifted.AsInt64(), 52)).AsDouble();
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(-700.0)), Vector512<double>.Zero, scaled);
    }

    // Taylor to degree 13: the remainder is below 0.3466^14 / 14! = 5e-18. The factor 2^64 keeps the exponent in range until the last
    // multiplication, which rounds to a subnormal where it must.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Full(Vector512<double> x)
    {
        Vector512<double> bounded = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(-746.0)), Vector512.Create(-746.0), x);
        Vector512<double> shifted = Vector512.FusedMultiplyAdd(bounded, Vector512.Create(Log2E), Vector512.Create(Rounder));
        Vector512<double> n = shifted - Vector512.Create(Rounder);
        Vector512<double> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), bounded);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);
        Vector512<double> p = Vector512.FusedMultiplyAdd(r, Vector512.Create(1.0 / 6227020800), Vector512.Create(1.0 / 479001600));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 39916800));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 3628800));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 362880));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 40320));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 5040));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 720));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<double>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<double>.One) * Vector512.Create(Lift);
        Vector512<double> scaled = (p.AsInt64() + Vector512.ShiftLeft(shifted.AsInt64(), 52)).AsDouble() * Vector512.Create(1 / Lift);

        // 0, or NaN where x is: the bits of a NaN may have been shifted into anything.
        return scaled + (bounded - bounded);
    }
}
