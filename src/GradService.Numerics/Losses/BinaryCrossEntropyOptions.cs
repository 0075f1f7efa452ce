namespace GradService.Numerics.Losses;

/// <summary>The choices of <see cref="BinaryCrossEntropy"/>. The defaults are those of torch.nn.BCEWithLogitsLoss.</summary>
public sealed record BinaryCrossEntropyOptions
{
    /// <summary>How the losses of the elements become one. <see cref="Reduction.Mean"/> divides by their number, whatever they weigh.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>The length of axis 0 of the loss, at least 0: what <see cref="Reduction.MeanBatch"/> divides by.</summary>
    public int Examples { get; init; } = 1;

    /// <summary>Whether the scores are logits or probabilities.</summary>
    public ScoreKind From { get; init; } = ScoreKind.Logits;

    /// <summary>Probabilities are clipped to [epsilon, 1 - epsilon]; above 0 and below 0.5. Logits are never clipped.</summary>
    public double Epsilon { get; init; } = 1e-7;
}
