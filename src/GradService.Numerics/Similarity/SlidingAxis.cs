namespace GradService.Numerics.Similarity;

/// <summary>How a kernel slides along one axis: tap u at output position y reads input position y * Stride + u * Dilation - Before, 0 where there is none.</summary>
/// <param name="Input">The length of the input.</param>
/// <param name="Kernel">The number of taps, at least 1.</param>
/// <param name="Stride">From one output position to the next, at least 1.</param>
/// <param name="Dilation">From one tap to the next, at least 1.</param>
/// <param name="Before">Zeros before the input.</param>
/// <param name="After">Zeros after it.</param>
public readonly record struct SlidingAxis(int Input, int Kernel, int Stride = 1, int Dilation = 1, int Before = 0, int After = 0)
{
    /// <summary>What the taps span: Dilation * (Kernel - 1) + 1.</summary>
    public long Extent => ((long)Dilation * (Kernel - 1)) + 1;

    /// <summary>The length of the output, at most 0 where the kernel is longer than the padded input: (padded - Extent) / Stride + 1.</summary>
    public long Output
    {
        get
        {
            long room = (long)Input + Before + After - Extent;
            return room < 0 ? 0 : (room / Stride) + 1;
        }
    }

    /// <summary>The input position that each tap reads at output position 0, negative in the padding.</summary>
    /// <param name="mode">Whether the taps are in reverse.</param>
    internal long[] TapOffsets(CorrelationMode mode)
    {
        var offsets = new long[Kernel];
        for (int u = 0; u < Kernel; u++)
        {
            int place = mode == CorrelationMode.Convolution ? Kernel - 1 - u : u;
            offsets[u] = ((long)place * Dilation) - Before;
        }

        return offsets;
    }
}
