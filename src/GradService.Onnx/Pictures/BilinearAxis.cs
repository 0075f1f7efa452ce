namespace GradService.Onnx.Pictures;

/// <summary>Between which two samples each position of a resized axis lies, and how far from the first.</summary>
/// <remarks>
/// Half-pixel centres without antialiasing: position i lies at scale * (i + 0.5) - 0.5 of the source, not before its first sample and not
/// behind its last. The figures are computed in binary32, as torch.nn.functional.interpolate(mode="bilinear", align_corners=False) does.
/// </remarks>
internal sealed class BilinearAxis
{
    /// <summary>An axis from one length to another.</summary>
    /// <param name="from">The number of samples of the source, at least 1.</param>
    /// <param name="to">The number of positions.</param>
    public BilinearAxis(int from, int to)
        : this(from, to, (float)from / to)
    {
    }

    /// <summary>An axis with a scale of its own.</summary>
    /// <param name="from">The number of samples of the source, at least 1.</param>
    /// <param name="to">The number of positions.</param>
    /// <param name="scale">Samples for each position.</param>
    public BilinearAxis(int from, int to, float scale)
    {
        (From, To) = (from, to);
        First = new int[to];
        Second = new int[to];
        Fraction = new float[to];
        IsIdentity = from == to && scale == 1;
        for (int i = 0; i < to; i++)
        {
            float at = Math.Max(0f, (scale * (i + 0.5f)) - 0.5f);
            int first = Math.Min((int)at, from - 1);
            First[i] = first;
            Second[i] = Math.Min(first + 1, from - 1);
            Fraction[i] = Math.Clamp(at - first, 0f, 1f);
        }
    }

    public int From { get; }

    public int To { get; }

    /// <summary>The sample at or before each position.</summary>
    public int[] First { get; }

    /// <summary>The sample behind it; the same one at the end.</summary>
    public int[] Second { get; }

    /// <summary>The weight of the second sample, from 0 to 1; that of the first is what is left to 1.</summary>
    public float[] Fraction { get; }

    /// <summary>Whether every position is a sample.</summary>
    public bool IsIdentity { get; }
}
