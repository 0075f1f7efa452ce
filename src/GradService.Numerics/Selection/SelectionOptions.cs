namespace GradService.Numerics.Selection;

/// <summary>How to select.</summary>
public sealed record SelectionOptions
{
    /// <summary>The mode.</summary>
    public SelectionMode Mode { get; init; } = SelectionMode.Soft;

    /// <summary>What the scores are divided by: finite and above 0. Near 0 the mixture is nearly one candidate.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>With <see cref="SelectionMode.GumbelSoftmax"/>: forwards the one candidate drawn, backwards the mixture.</summary>
    public bool Hard { get; init; }

    /// <summary>Whether the output is one candidate rather than a mixture.</summary>
    public bool IsOneHot => Mode is SelectionMode.Hard or SelectionMode.StraightThrough || (Mode == SelectionMode.GumbelSoftmax && Hard);
}
