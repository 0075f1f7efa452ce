namespace GradService.Numerics.Similarity;

/// <summary>What stands around the input where the kernel reaches beyond it.</summary>
public enum PaddingMode
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The input mirrored at its edge, the edge itself not repeated: c b | a b c | b a. Narrower than the input.</summary>
    Reflect,

    /// <summary>The element at the edge, again and again: a a | a b c | c c.</summary>
    Replicate,

    /// <summary>The input from its other side, as if it went round: b c | a b c | a b. Not wider than the input.</summary>
    Circular,
}
