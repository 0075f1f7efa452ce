using System.Runtime.CompilerServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Cross-entropy and focal loss of a tile through the softmax of their logits, against class indices.</summary>
internal static unsafe class SoftmaxLoss
{
    /// <summary>
    /// A tile against class indices. With h the hit, s the spread and u the weights: l = h n_y + s sum_c u_c n_c, n = -log p. Leaves in
    /// the scores what <see cref="LossTile.Factor"/> multiplies to the gradient. In passes, so that the long chain of a logarithm
    /// overlaps with the next one's rather than with nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Labels<T, V>(in LossTile tile, int count)
        where T : unmanaged
        where V : struct, IDoubleLanes<V>
    {
        int whole = Tile.WholeLanes(count);
        if (tile.Scaled || tile.Smoothing != 0)
        {
            ScaleAndSmooth<V>(tile, whole);
        }

        Sum<T, V>(tile, whole);
        Lose<T, V>(tile, whole);
        if (tile.WantsGradient)
        {
            if (tile.Smoothing != 0)
            {
                Smooth<V>(tile, whole);
            }

            PutPicked(tile, count);
        }
    }

    /// <summary>Writes the column of picked values to where the labels are.</summary>
    public static void PutPicked(in LossTile tile, int count)
    {
        double* scores = tile.Scores;
        int* label = tile.Label;
        double* picked = tile.Picked;
        long stride = tile.Stride;
        for (int at = 0; at < count; at++)
        {
            if (label[at] >= 0)
            {
                scores[(label[at] * stride) + at] = picked[at];
            }
        }
    }

    /// <summary>Fills the column of picked values with the labels' scores; 0 where there is no label.</summary>
    public static void Pick(in LossTile tile, int count)
    {
        for (int at = 0; at < Tile.WholeLanes(count); at++)
        {
            tile.Picked[at] = tile.Label[at] < 0 ? 0 : tile.Scores[((long)tile.Label[at] * tile.Stride) + at];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScaleAndSmooth<V>(in LossTile tile, int whole)
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < whole; lane += V.Count)
        {
            double* scores = tile.Scores + lane;
            if (tile.Scaled)
            {
                Multiply(scores, tile.Classes, tile.Stride, V.Load(tile.Scale + lane));
            }

            V differences = V.Zero;
            V maximum = Exponentials<V>.MaximumOf(scores, tile.Classes, tile.Stride);
            for (int c = 0; c < tile.Classes; c++, scores += tile.Stride)
            {
                differences = V.FusedMultiplyAdd(V.Fill(tile.Weight[c]), V.Load(scores) - maximum, differences);
            }

            differences.Store(tile.Loss + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum<T, V>(in LossTile tile, int whole)
        where T : unmanaged
        where V : struct, IDoubleLanes<V>
    {
        int classes = tile.Classes;
        int stride = tile.Stride;
        for (int lane = 0; lane < whole; lane += V.Count)
        {
            if (lane % Prefetch.Positions<T>() == 0)
            {
                tile.Next.Fetch(lane, classes);
                tile.Written.Fetch(lane, classes);
            }

            var exponentials = LabelledExponentials<V>.Of<T>(tile.Scores + lane, classes, stride, V.Load(tile.Label + lane));
            exponentials.Others.Store(tile.Factor + lane);
            exponentials.Own.Store(tile.Own + lane);
            exponentials.Below.Store(tile.Picked + lane);
        }
    }

    /// <summary>
    /// The losses, what the exponentials are multiplied by to become a gradient, and what stands in for the label's; from the sum of all
    /// exponentials but the label's in <see cref="LossTile.Factor"/>, the label's in <see cref="LossTile.Own"/>, and how far the label's score lies below the largest in <see cref="LossTile.Picked"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lose<T, V>(in LossTile tile, int whole)
        where T : unmanaged
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < whole; lane += V.Count)
        {
            var below = V.Load(tile.Picked + lane);
            var rest = V.Load(tile.Factor + lane);
            var hit = V.Load(tile.Hit + lane);
            var exponential = V.Load(tile.Own + lane);

            V log = LogOfSum<T, V>(exponential, rest, out V reciprocal);
            V information = log - below;
            V loss = hit * information;
            V pullFactor = V.One;
            if (tile.Gamma != 0)
            {
                var modulation = FocalModulation<V>.Of(tile.Gamma, exponential * reciprocal, rest * reciprocal, information);
                loss *= modulation.Loss;
                pullFactor = modulation.Slope;
            }

            if (tile.Smoothing != 0)
            {
                V all = V.FusedMultiplyAdd(V.Fill(tile.WeightSum), log, -V.Load(tile.Loss + lane));
                loss = V.FusedMultiplyAdd(V.Load(tile.Spread + lane), all, loss);
            }

            var ignored = Ignored<V>(tile, lane);
            V.Select(ignored, V.Zero, loss).Store(tile.Loss + lane);
            if (!tile.WantsGradient)
            {
                continue;
            }

            V upstream = V.Select(ignored, V.Zero, V.Load(tile.Upstream + lane));
            if (tile.Scaled)
            {
                upstream *= V.Load(tile.Scale + lane);
            }

            V pull = upstream * hit * pullFactor * reciprocal;
            V atLabel = V.Zero - rest;
            if (tile.Smoothing != 0)
            {
                // The smoothed part has no label: its slope, U p_c - u_c, is added to what the label pulls.
                V spread = upstream * V.Load(tile.Spread + lane);
                V all = spread * V.Fill(tile.WeightSum) * reciprocal;
                atLabel = (pull * atLabel) + ((all * exponential) - (spread * V.Load(tile.LabelWeight + lane)));
                pull += all;
                spread.Store(tile.Spread + lane);
            }

            pull.Store(tile.Factor + lane);
            atLabel.Store(tile.Picked + lane);
        }
    }

    /// <summary>The logarithm of a sum of exponentials relative to the largest, and its reciprocal.</summary>
    /// <param name="own">The label's exponential; 0 where there is no label.</param>
    /// <param name="others">The sum of all others.</param>
    /// <param name="reciprocal">1 / (own + others).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOfSum<T, V>(V own, V others, out V reciprocal)
        where V : struct, IDoubleLanes<V>
    {
        // All exponentials but one that is exactly 1: the label's, or another's.
        V rest = V.Select(V.Equal(own, V.One), others, others - V.One + own);
        return Logarithm.OfOnePlus<T, V>(rest, others + own, out reciprocal);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Smooth<V>(in LossTile tile, int whole)
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < whole; lane += V.Count)
        {
            double* scores = tile.Scores + lane;
            var pull = V.Load(tile.Factor + lane);
            var spread = V.Load(tile.Spread + lane);
            for (int c = 0; c < tile.Classes; c++, scores += tile.Stride)
            {
                ((pull * V.Load(scores)) - (spread * V.Fill(tile.Weight[c]))).Store(scores);
            }

            V.One.Store(tile.Factor + lane);
        }
    }

    /// <summary>Which positions are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Ignored<V>(in LossTile tile, int lane)
        where V : struct, IDoubleLanes<V> => V.Less(V.Load(tile.Label + lane), V.Zero);

    /// <summary>Stores losses: 0 for an ignored position, whatever its scores are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteLoss<V>(in LossTile tile, int lane, V loss)
        where V : struct, IDoubleLanes<V> => V.Select(Ignored<V>(tile, lane), V.Zero, loss).Store(tile.Loss + lane);

    /// <summary>Multiplies the scores of some positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<V>(double* scores, int classes, int stride, V scale)
        where V : struct, IDoubleLanes<V>
    {
        for (int c = 0; c < classes; c++, scores += stride)
        {
            (V.Load(scores) * scale).Store(scores);
        }
    }
}
