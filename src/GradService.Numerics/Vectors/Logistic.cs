using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The logistic function of some numbers, with what belongs to it. Everything comes from <c>e^-|z|</c>, so nothing overflows,
/// and small values keep all their digits: <see cref="Complement"/> is not a difference from 1, and <see cref="Softplus"/> goes
/// through log(1 + x).
/// </summary>
/// <param name="Value">1 / (1 + e^-z).</param>
/// <param name="Complement">1 / (1 + e^z), which is 1 - <see cref="Value"/>.</param>
/// <param name="Softplus">log(1 + e^z), which is -log <see cref="Complement"/>.</param>
/// <param name="NegativeSoftplus">log(1 + e^-z), which is -log <see cref="Value"/>.</param>
internal readonly record struct Logistic<V>(V Value, V Complement, V Softplus, V NegativeSoftplus)
    where V : struct, IDoubleLanes<V>
{
    /// <summary>Evaluates at z; NaN throughout where z is NaN.</summary>
    /// <typeparam name="T">The type that the results are rounded to; see <see cref="Exponential.OfNonPositive{T, V}"/>.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<V> Of<T>(V z)
    {
        V exponential = Exponential.OfNonPositive<T, V>(-V.Abs(z));
        V log = Logarithm.OfOnePlus<T, V>(exponential, V.One + exponential, out V reciprocal);
        V small = exponential * reciprocal;
        V larger = log + V.Abs(z);
        V isPositive = V.Less(V.Zero, z);
        return new Logistic<V>(
            V.Select(isPositive, reciprocal, small),
            V.Select(isPositive, small, reciprocal),
            V.Select(isPositive, larger, log),
            V.Select(isPositive, log, larger));
    }
}
