namespace GradService.Numerics.Losses;

/// <summary>How the loss of a class is read off its score.</summary>
internal enum ScoreForm
{
    /// <summary>Through log-softmax over the classes.</summary>
    Logits,

    /// <summary>Minus the logarithm of the clipped score.</summary>
    Probabilities,

    /// <summary>Minus the score.</summary>
    LogProbabilities,
}

/// <summary>What cross-entropy, its focal form and negative log-likelihood have in common, so that one core serves them all.</summary>
internal sealed record LabelledLossSettings(
    ScoreForm Form,
    int IgnoreIndex,
    double LabelSmoothing,
    Reduction Reduction,
    int Examples,
    double Epsilon,
    Weighting Weighting,
    ApplyTo ApplyTo,
    double Gamma = 0)
{
    /// <summary>The C# name of the operand that holds the scores.</summary>
    public string Operand => Form == ScoreForm.LogProbabilities ? "logProbs" : "logits";

    /// <summary>What messages call the scores.</summary>
    public string Scores => Form == ScoreForm.LogProbabilities ? "log_probs" : "logits";
}
