using GradService.Numerics.Losses;

namespace GradService.Numerics.Classification;

/// <summary>How the losses of the samples become one number, and what the coefficients cost.</summary>
public sealed record LogisticLossOptions
{
    /// <summary>How the losses of the samples become one.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>The weight of half the sum of the squared coefficients, at least 0; the intercept is free.</summary>
    public double L2 { get; init; }

    /// <summary>The weight of the sum of the coefficients' magnitudes, at least 0; the intercept is free.</summary>
    public double L1 { get; init; }
}
