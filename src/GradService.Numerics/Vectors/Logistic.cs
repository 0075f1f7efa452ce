using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The logistic function of eight numbers, with what belongs to it. Everything comes from <c>e^-|z|</c>, so nothing overflows,
/// and small values keep all their digits: <see cref="Complement"/> is not a difference from 1, and <see cref="Softplus"/> goes
/// through log(1 + x).
/// </summary>
/// <param name="Value">1 / (1 + e^-z).</param>
/// <param name="Complement">1 / (1 + e^z), which is 1 - <see cref="Value"/>.</param>
/// <param name="Softplus">log(1 + e^z), which is -log <see cref="Complement"/>.</param>
/// <param name="NegativeSoftplus">log(1 + e^-z), which is -log <see cref="Value"/>.</param>
internal readonly record struct Logistic(
    Vector512<double> Value, Vector512<double> Complement, Vector512<double> Softplus, Vector512<double> NegativeSoftplus)
{
    /// <summary>Evaluates at z; NaN throughout where z is NaN.</summary>
    /// <typeparam name="T">The type that the results are rounded to; see <see cref="Exponential.OfNonPositive{T}"/>.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic Of<T>(Vector512<double> z)
    {
        Vector512<double> exponential = Exponential.OfNonPositive<T>(-Vector512.Abs(z));
        Vector512<double> reciprocal = Vector512<double>.One / (Vector512<double>.One + exponential);
        Vector512<double> small = exponential * reciprocal;
        Vector512<double> log = Logarithm.OfOnePlus(exponential, reciprocal);
        Vector512<double> larger = log + Vector512.Abs(z);
        Vector512<double> isPositive = Vector512.GreaterThan(z, Vector512<double>.Zero);
        return new Logistic(
            Vector512.ConditionalSelect(isPositive, reciprocal, small),
            Vector512.ConditionalSelect(isPositive, small, reciprocal),
            Vector512.ConditionalSelect(isPositive, larger, log),
            Vector512.ConditionalSelect(isPositive, log, larger));
    }
}
