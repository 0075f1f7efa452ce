namespace GradService.Numerics.Similarity;

/// <summary>How the zeros around the input are found.</summary>
public enum PaddingRule
{
    /// <summary>They are given.</summary>
    Explicit,

    /// <summary>So many that the output is of the input's size, for stride 1; where their number is odd, the extra one is below and to the right.</summary>
    Same,

    /// <summary>None.</summary>
    Valid,
}
