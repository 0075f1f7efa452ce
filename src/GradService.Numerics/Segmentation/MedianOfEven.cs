namespace GradService.Numerics.Segmentation;

/// <summary>What the median of an even number of values is.</summary>
public enum MedianOfEven
{
    /// <summary>The mean of the two in the middle, as <c>numpy.median</c> has it.</summary>
    Average,

    /// <summary>The lower of the two in the middle, as <c>torch.median</c> has it.</summary>
    Lower,
}
