namespace GradService.Numerics.Losses;

/// <summary>What the scores of the classes are. The JSON parameter is <c>from</c>.</summary>
public enum ScoreKind
{
    /// <summary>Unnormalised log-probabilities.</summary>
    Logits,

    /// <summary>Probabilities; clipped before their logarithm is taken, never renormalised.</summary>
    Probabilities,
}
