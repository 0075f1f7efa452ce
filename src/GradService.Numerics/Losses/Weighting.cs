namespace GradService.Numerics.Losses;

/// <summary>Which class an element takes its weight from.</summary>
public enum Weighting
{
    /// <summary>From its label: the standard class-weighted loss.</summary>
    Labels,

    /// <summary>From the class predicted for it, the arg-max, which is held constant.</summary>
    Predictions,
}
