namespace GradService.Numerics.Selection;

/// <summary>How one of several candidates is selected, and what gradient the scores get.</summary>
public enum SelectionMode
{
    /// <summary>A mixture by the softmax of the scores: exact gradients, but every candidate is in the output.</summary>
    Soft,

    /// <summary>The candidate with the highest score: the scores get a gradient of exactly zero.</summary>
    Hard,

    /// <summary>Forwards as hard, backwards as if it had been soft: a gradient, but a biased one.</summary>
    StraightThrough,

    /// <summary>A mixture by the softmax of the scores plus Gumbel noise: close to one candidate drawn at random, with exact gradients for the noise drawn.</summary>
    GumbelSoftmax,
}
