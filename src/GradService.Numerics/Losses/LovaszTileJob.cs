using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>A chunk of the Lovasz-softmax loss: from logits to errors or, where a gradient is wanted, from slopes back to the logits.</summary>
internal unsafe struct LovaszTileJob<T> : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public AxisView View;
    public ImageChunks Cut;
    public int IgnoreIndex;
    public T* Logits;
    public int* Labels;

    /// <summary>Errors or slopes, <c>[images, C, elements of an image]</c>.</summary>
    public double* Rows;

    /// <summary>At each image's first class, the factor of its slopes.</summary>
    public double* Counts;
    public T* Gradient;

    public readonly long ScratchLength => (2 * Tile.Size(View.Count)) + Tile.Width(View.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        (int image, int first, int end) = Cut.At(chunk);
        int classes = View.Count;
        int width = Tile.Width(classes);
        int stride = Tile.Stride(width);
        long size = Tile.Size(classes);
        var scratch = new Scratch(ScratchLength, parts: 3);
        try
        {
            double* scores = scratch.Take(size);
            double* others = scratch.Take(size);
            double* factors = scratch.Take(width);
            for (int position = first; position < end; position += width)
            {
                int count = Math.Min(width, end - position);
                double* rows = Rows + ((long)image * classes * Cut.PerImage) + (position - (image * Cut.PerImage));
                Load(position, count, scores, stride);
                if (Gradient == null)
                {
                    Errors<V>(position, count, scores, others, stride, rows);
                    continue;
                }

                // Lanes after the last element hold anything; their results go nowhere.
                Copy(rows, Cut.PerImage, others, stride, count);
                for (int lane = 0; lane < count; lane += V.Count)
                {
                    var exponentials = Exponentials<V>.Of<double>(scores + lane, classes, stride);
                    SoftmaxPullback.Apply(scores + lane, others + lane, classes, stride, exponentials.Sum);
                    (V.Fill(Counts[(long)image * classes]) / exponentials.Sum).Store(factors + lane);
                }

                Tile.Store(scores, stride, factors, Gradient, View, position, count);
            }
        }
        finally
        {
            scratch.Dispose();
        }
    }

    // Where an element is ignored its logits are 0, whatever they were.
    private readonly void Load(int first, int count, double* scores, int stride)
    {
        Tile.Load(Logits, View, first, count, scores, stride);
        for (int at = 0; at < count; at++)
        {
            for (int c = 0; Labels[first + at] == IgnoreIndex && c < View.Count; c++)
            {
                scores[((long)c * stride) + at] = 0;
            }
        }
    }

    // The long exponential in FP32 as well: what is nearly equal must stand in the right order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Errors<V>(int first, int count, double* scores, double* complements, int stride, double* rows)
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < count; lane += V.Count)
        {
            var exponentials = Exponentials<V>.Of<double>(scores + lane, View.Count, stride);
            V reciprocal = V.One / exponentials.Sum;
            for (int c = 0; c < View.Count; c++)
            {
                double* score = scores + ((long)c * stride) + lane;
                V exponential = V.Load(score);
                (exponentials.Rest(exponential) * reciprocal).Store(complements + ((long)c * stride) + lane);
                (exponential * reciprocal).Store(score);
            }
        }

        for (int at = 0; at < count; at++)
        {
            int label = Labels[first + at];
            for (int c = 0; label == IgnoreIndex && c < View.Count; c++)
            {
                scores[((long)c * stride) + at] = 0;
            }

            if (label != IgnoreIndex)
            {
                scores[((long)label * stride) + at] = complements[((long)label * stride) + at];
            }
        }

        Copy(scores, stride, rows, Cut.PerImage, count);
    }

    private readonly void Copy(double* source, long sourceStride, double* target, long targetStride, int count)
    {
        for (int c = 0; c < View.Count; c++)
        {
            new ReadOnlySpan<double>(source + (c * sourceStride), count).CopyTo(new Span<double>(target + (c * targetStride), count));
        }
    }
}
