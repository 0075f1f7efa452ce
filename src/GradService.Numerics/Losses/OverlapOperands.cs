using GradService.Numerics.Tensors;

namespace GradService.Numerics.Losses;

/// <summary>What the chunks of an overlap loss read and write.</summary>
internal unsafe struct OverlapOperands<T>
    where T : unmanaged
{
    public AxisView View;
    public ImageChunks Cut;
    public OverlapOptions Options;
    public T* Logits;

    /// <summary>The class of each element, or null.</summary>
    public int* Labels;

    /// <summary>The shares of the classes of each element, or null.</summary>
    public T* Shares;
    public T* Gradient;

    /// <summary>Forwards, for each chunk and class, the sums I and E; backwards, for each image's first chunk and class, the factors of e' and y in the slope.</summary>
    public double* Sums;
}
