namespace GradService.Numerics.Losses;

/// <summary>An overlap loss and what it was made of.</summary>
/// <param name="Loss">The mean of the losses of the classes (and images); NaN where there are no images.</param>
/// <param name="Counted">The number of elements that were not ignored.</param>
public readonly record struct OverlapSummary(double Loss, long Counted);
