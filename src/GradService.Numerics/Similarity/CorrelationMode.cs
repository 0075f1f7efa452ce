namespace GradService.Numerics.Similarity;

/// <summary>Whether the kernel is laid on the input as it is, or turned by half a turn first.</summary>
public enum CorrelationMode
{
    /// <summary>As it is: what the convolution layers of neural networks compute.</summary>
    CrossCorrelation,

    /// <summary>Turned, rows and columns reversed: convolution as mathematics and signal processing define it.</summary>
    Convolution,
}
