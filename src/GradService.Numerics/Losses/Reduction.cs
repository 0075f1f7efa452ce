namespace GradService.Numerics.Losses;

/// <summary>How the losses of the elements become the loss that is answered.</summary>
public enum Reduction
{
    /// <summary>Not at all: one loss for each element.</summary>
    None,

    /// <summary>Added up.</summary>
    Sum,

    /// <summary>PyTorch's mean: the sum divided by the summed weights of the counted elements.</summary>
    Mean,

    /// <summary>The sum divided by the number of counted elements, whatever they weigh.</summary>
    MeanElements,

    /// <summary>Summed over each example, then averaged over the examples (axis 0).</summary>
    MeanBatch,
}
