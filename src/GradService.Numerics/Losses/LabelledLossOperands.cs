using GradService.Numerics.Tensors;

namespace GradService.Numerics.Losses;

/// <summary>The operands of a labelled loss, checked and pinned, as the chunks see them. A null pointer is an operand that was left out.</summary>
internal unsafe struct LabelledLossOperands<T>
    where T : unmanaged
{
    public AxisView View;
    public T* Scores;
    public int* Labels;
    public T* Shares;
    public T* SampleWeight;
    public int* Predictions;
    public T* Upstream;
    public T* Losses;
    public T* Gradient;

    /// <summary>The weight of each class in FP64, ones where none were given.</summary>
    public double* Weight;

    /// <summary>The sum of <see cref="Weight"/>.</summary>
    public double WeightSum;
}
