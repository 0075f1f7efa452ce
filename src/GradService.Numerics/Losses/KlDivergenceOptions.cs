namespace GradService.Numerics.Losses;

/// <summary>The choices of <see cref="KlDivergence"/>. The defaults are those of torch.nn.functional.kl_div.</summary>
public sealed record KlDivergenceOptions
{
    /// <summary>How the losses of the elements become one. <see cref="Reduction.Mean"/> divides by their number; <see cref="Reduction.MeanBatch"/> is PyTorch's batchmean.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>The length of axis 0, at least 0: what <see cref="Reduction.MeanBatch"/> divides by.</summary>
    public int Examples { get; init; } = 1;

    /// <summary>Whether the target holds log-probabilities rather than probabilities.</summary>
    public bool LogTarget { get; init; }
}
