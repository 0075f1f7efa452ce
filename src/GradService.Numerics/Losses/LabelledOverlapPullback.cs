using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The gradient of a chunk of an overlap loss against class indices, in place of the probabilities that <see cref="LabelledOverlapSums{T}"/> left there.</summary>
/// <param name="operands">The loss's operands, with labels and the slopes of its classes.</param>
internal readonly unsafe struct LabelledOverlapPullback<T>(OverlapOperands<T> operands) : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public long ScratchLength => Tile.Size(operands.View.Count) + (2L * Tile.Width(operands.View.Count)) + ((2L + Tile.Lanes) * operands.View.Count);

    public void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        if (typeof(T) == typeof(float) && operands.View.Count <= FloatTile.MostClasses)
        {
            Run<float, V>(chunk, FloatTile.Stride(Tile.Width(operands.View.Count)));
        }
        else
        {
            Run<double, V>(chunk, Tile.Stride(Tile.Width(operands.View.Count)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run<TTile, V>(int chunk, int stride)
        where TTile : unmanaged
        where V : struct, IDoubleLanes<V>
    {
        (int image, int first, int end) = operands.Cut.At(chunk);
        int classes = operands.View.Count;
        int width = Tile.Width(classes);
        var scratch = new Scratch(ScratchLength, parts: 5);
        try
        {
            var tile = (TTile*)scratch.Take(Tile.Size(classes));
            int* labels = (int*)scratch.Take(width);
            double* ones = scratch.Take(width);
            new Span<double>(ones, width).Fill(1);
            double* slopes = scratch.Take(2 * classes);
            double* own = scratch.Take(Tile.Lanes * classes);
            Prepare(slopes, operands.Sums + ((long)image * operands.Cut.PerImageCount * 2 * classes));
            for (int position = first; position < end; position += width)
            {
                int count = Math.Min(width, end - position);
                OverlapLabels.Load(operands.Labels + position, count, width, classes, operands.Options.IgnoreIndex, labels);
                Prefetch next = Prefetch.Of(operands.Gradient, operands.View, (long)position + count);
                Tile.Load(operands.Gradient, operands.View, position, count, tile, stride);
                PullBack<TTile, V>(tile, classes, stride, count, labels, slopes, own, next);
                Tile.Store(tile, stride, ones, operands.Gradient, operands.View, position, count);
            }
        }
        finally
        {
            scratch.Dispose();
        }
    }

    // dL/dp of each class: where it is the label's, and where it is not.
    private void Prepare(double* slopes, double* sums)
    {
        for (int c = 0; c < operands.View.Count; c++, slopes += 2, sums += 2)
        {
            slopes[0] = (sums[0] * -operands.Options.Beta) - sums[1];
            slopes[1] = sums[0] * operands.Options.Alpha;
        }
    }

    // p_c (g_c - sum_k p_k g_k), as SoftmaxPullback has it: relative to the slope of the most probable class. 0 where nothing is counted, even
    // if the loss of a class is 0/0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PullBack<TTile, V>(TTile* tile, int classes, int stride, int count, int* labels, double* slopes, double* own, Prefetch next)
        where TTile : unmanaged
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < count; lane += V.Count)
        {
            if (lane % Prefetch.Positions<T>() == 0)
            {
                next.Fetch(lane, classes);
            }

            var label = V.Load(labels + lane);
            V maximum = V.Fill(double.NegativeInfinity);
            V reference = V.Zero;
            V known = V.Zero;
            TTile* at = tile + lane;
            for (int c = 0; c < classes; c++, at += stride)
            {
                V probability = Tile.Widen<TTile, V>(at);
                V slope = V.Select(V.Equal(label, known), V.Fill(slopes[2 * c]), V.Fill(slopes[(2 * c) + 1]));
                slope.Store(own + (c * V.Count));
                reference = V.Select(V.AtMost(maximum, probability), slope, reference);
                maximum = V.Larger(probability, maximum);
                known += V.One;
            }

            // In two sums, as one alone would wait for each addition.
            V even = V.Zero;
            V odd = V.Zero;
            double* some = own;
            at = tile + lane;
            for (int c = 0; c < classes; c += 2, at += 2 * stride, some += 2 * V.Count)
            {
                V slope = V.Load(some) - reference;
                slope.Store(some);
                even = V.FusedMultiplyAdd(slope, Tile.Widen<TTile, V>(at), even);
                if (c + 1 < classes)
                {
                    slope = V.Load(some + V.Count) - reference;
                    slope.Store(some + V.Count);
                    odd = V.FusedMultiplyAdd(slope, Tile.Widen<TTile, V>(at + stride), odd);
                }
            }

            V mean = even + odd;
            V counts = V.AtMost(V.Zero, label);
            at = tile + lane;
            for (int c = 0; c < classes; c++, at += stride)
            {
                Tile.Narrow(counts & (Tile.Widen<TTile, V>(at) * (V.Load(own + (c * V.Count)) - mean)), at);
            }
        }
    }
}
