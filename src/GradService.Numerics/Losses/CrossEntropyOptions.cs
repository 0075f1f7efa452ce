namespace GradService.Numerics.Losses;

/// <summary>The choices of <see cref="CrossEntropy"/>. The defaults are those of torch.nn.functional.cross_entropy.</summary>
public sealed record CrossEntropyOptions
{
    /// <summary>The label of elements to leave out; any integer, inside the classes or not. With class probabilities as labels it must be negative.</summary>
    public int IgnoreIndex { get; init; } = -100;

    /// <summary>The share of each label spread evenly over all classes, from 0 to 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>How the losses of the elements become one.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>The length of axis 0 of the loss, at least 0: what <see cref="Reduction.MeanBatch"/> divides by.</summary>
    public int Examples { get; init; } = 1;

    /// <summary>Whether the scores are logits or probabilities.</summary>
    public ScoreKind From { get; init; } = ScoreKind.Logits;

    /// <summary>Probabilities are clipped to [epsilon, 1 - epsilon]; above 0 and below 0.5. Logits are never clipped.</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>Whether an element takes its weight from its label or from the class predicted for it.</summary>
    public Weighting Weighting { get; init; } = Weighting.Labels;

    /// <summary>Whether the weight multiplies the loss or the logits.</summary>
    public ApplyTo ApplyTo { get; init; } = ApplyTo.Loss;
}
