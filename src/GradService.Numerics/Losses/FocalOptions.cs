namespace GradService.Numerics.Losses;

/// <summary>The choices of <see cref="Focal"/>.</summary>
public sealed record FocalOptions
{
    /// <summary>How strongly elements that are already right are discounted: a finite number of at least 0. At 0 the loss is cross-entropy, to the bit.</summary>
    public double Gamma { get; init; } = 2;

    /// <summary>The label of elements to leave out; any integer, inside the classes or not. With class probabilities as labels it must be negative.</summary>
    public int IgnoreIndex { get; init; } = -100;

    /// <summary>How the losses of the elements become one. <see cref="Reduction.Mean"/> divides by the summed weights, as that of <see cref="CrossEntropy"/> does.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>The length of axis 0 of the loss, at least 0: what <see cref="Reduction.MeanBatch"/> divides by.</summary>
    public int Examples { get; init; } = 1;
}
