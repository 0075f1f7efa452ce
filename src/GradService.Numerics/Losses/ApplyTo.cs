namespace GradService.Numerics.Losses;

/// <summary>What an element's class weight multiplies.</summary>
public enum ApplyTo
{
    /// <summary>Its loss.</summary>
    Loss,

    /// <summary>Its logits, as an inverse temperature; the loss itself is then unweighted.</summary>
    Logits,
}
