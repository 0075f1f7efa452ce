using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The logistic function of some numbers, with what belongs to it. Everything comes from <c>e^-|z|</c>, so nothing overflows,
/// and small values keep all their digits: <see cref="Complement"/> is not a difference from 1, and <see cref="Softplus"/> goes
/// through log(1 + x).
/// </summary>
/// <param name="IsPositive">All bits set where z is above 0, else none.</param>
/// <param name="Magnitude">|z|.</param>
/// <param name="Decay">e^-|z|.</param>
/// <param name="Larger">1 / (1 + e^-|z|), the larger of <see cref="Value"/> and <see cref="Complement"/>.</param>
/// <param name="Log">log(1 + e^-|z|), the smaller of <see cref="Softplus"/> and <see cref="NegativeSoftplus"/>.</param>
internal readonly record struct Logistic<V>(V IsPositive, V Magnitude, V Decay, V Larger, V Log)
    where V : struct, IDoubleLanes<V>
{
    /// <summary>1 / (1 + e^-z).</summary>
    public V Value => V.Select(IsPositive, Larger, Decay * Larger);

    /// <summary>1 / (1 + e^z), which is 1 - <see cref="Value"/>.</summary>
    public V Complement => V.Select(IsPositive, Decay * Larger, Larger);

    /// <summary>log(1 + e^z), which is -log <see cref="Complement"/>.</summary>
    public V Softplus => V.Select(IsPositive, Log + Magnitude, Log);

    /// <summary>log(1 + e^-z), which is -log <see cref="Value"/>.</summary>
    public V NegativeSoftplus => V.Select(IsPositive, Log, Log + Magnitude);

    /// <summary>Evaluates at z; NaN throughout where z is NaN.</summary>
    /// <typeparam name="T">The type that the results are rounded to; see <see cref="Exponential.OfNonPositive{T, V}"/>.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Logistic<V> Of<T>(V z)
    {
        V magnitude = V.Abs(z);
        V decay = Exponential.OfNonPositive<T, V>(-magnitude);
        V log = Logarithm.OfOnePlusFraction<T, V>(decay, out V larger);
        return new Logistic<V>(V.Less(V.Zero, z), magnitude, decay, larger, log);
    }
}
