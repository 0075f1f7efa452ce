namespace GradService.Numerics.Losses;

/// <summary>A loss and what it was averaged over.</summary>
/// <param name="Loss">The reduced loss in nats; for <see cref="Reduction.None"/> the sum of the losses.</param>
/// <param name="Denominator">What the sum was divided by: 1 for <see cref="Reduction.None"/> and <see cref="Reduction.Sum"/>.</param>
/// <param name="Counted">The number of elements that were not ignored.</param>
public readonly record struct LossSummary(double Loss, double Denominator, long Counted)
{
    /// <summary>Whether all numbers of the gradient are known to be finite; false where nobody looked.</summary>
    public bool HasFiniteGradient { get; init; }
}
