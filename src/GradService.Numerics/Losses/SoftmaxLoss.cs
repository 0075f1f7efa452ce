using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Cross-entropy and focal loss of eight positions through the softmax of their logits, against class indices.</summary>
internal static unsafe class SoftmaxLoss
{
    /// <summary>
    /// A tile against class indices. With h the hit, s the spread and u the weights: l = h n_y + s sum_c u_c n_c, n = -log p. Leaves in
    /// the scores what <see cref="LossTile.Factor"/> multiplies to the gradient. In passes, so that the long chain of a logarithm
    /// overlaps with the next one's rather than with nothing.
    /// </summary>
    public static void Labels<T>(in LossTile tile, int count)
    {
        for (int lane = 0; (tile.Scaled || tile.Smoothing != 0) && lane < count; lane += Tile.Lanes)
        {
            ScaleAndSmooth(tile, lane);
        }

        for (int lane = 0; lane < count; lane += Tile.Lanes)
        {
            Sum<T>(tile, lane);
        }

        for (int lane = 0; lane < count; lane += Tile.Lanes)
        {
            Lose<T>(tile, lane);
        }

        if (tile.WantsGradient)
        {
            for (int lane = 0; tile.Smoothing != 0 && lane < count; lane += Tile.Lanes)
            {
                Smooth(tile, lane);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScaleAndSmooth(in LossTile tile, int lane)
    {
        double* scores = tile.Scores + lane;
        if (tile.Scaled)
        {
            Multiply(scores, tile.Classes, tile.Stride, Vector512.Load(tile.Scale + lane));
        }

        Vector512<double> differences = Vector512<double>.Zero;
        Vector512<double> maximum = Exponentials.MaximumOf(scores, tile.Classes, tile.Stride);
        for (int c = 0; c < tile.Classes; c++)
        {
            Vector512<double> difference = Vector512.Load(scores + ((long)c * tile.Stride)) - maximum;
            differences = Vector512.FusedMultiplyAdd(Vector512.Create(tile.Weight[c]), difference, differences);
        }

        differences.Store(tile.Loss + lane);
    }

    // The exponentials, the sum of all but the label's, and how far the label's score lies below the largest: minus infinity where there is no
    // label. What is summed is 1 - p_y but for a factor, with all its digits however small.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum<T>(in LossTile tile, int lane)
    {
        double* scores = tile.Scores + lane;
        int classes = tile.Classes;
        int stride = tile.Stride;
        Vector512<long> label = Labels(tile, lane);
        Vector512<double> maximum = Exponentials.MaximumOf(scores, classes, stride);
        Vector512<double> rest = Vector512<double>.Zero;
        Vector512<double> below = Vector512.Create(double.NegativeInfinity);
        Vector512<long> known = Vector512<long>.Zero;
        Prefetch next = tile.Next;
        Prefetch written = tile.Written;
        for (int c = 0; c < classes; c++, scores += stride)
        {
            Vector512<double> difference = Vector512.Load(scores) - maximum;
            Vector512<double> exponential = Exponential.OfNonPositive<T>(difference);
            exponential.Store(scores);
            Vector512<double> isLabel = Vector512.Equals(label, known).AsDouble();
            rest = Vector512.ConditionalSelect(isLabel, rest, rest + exponential);
            below = Vector512.ConditionalSelect(isLabel, difference, below);
            known += Vector512<long>.One;
            next.Fetch(lane, c);
            written.Fetch(lane, c);
        }

        rest.Store(tile.Factor + lane);
        below.Store(tile.Picked + lane);
    }

    // The losses, what the exponentials are multiplied by to become a gradient, and what stands in for the label's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lose<T>(in LossTile tile, int lane)
    {
        Vector512<double> below = Vector512.Load(tile.Picked + lane);
        Vector512<double> rest = Vector512.Load(tile.Factor + lane);
        Vector512<double> hit = Vector512.Load(tile.Hit + lane);
        Vector512<double> exponential = Exponential.OfNonPositive<T>(below);

        // All exponentials but one that is exactly 1: the label's, or another's.
        Vector512<double> others = Vector512.ConditionalSelect(
            Vector512.Equals(exponential, Vector512<double>.One), rest, rest - Vector512<double>.One + exponential);
        Vector512<double> reciprocal = Vector512<double>.One / (rest + exponential);
        Vector512<double> log = Logarithm.OfOnePlus(others, reciprocal);
        Vector512<double> information = log - below;
        Vector512<double> loss = hit * information;
        Vector512<double> pullFactor = Vector512<double>.One;
        if (tile.Gamma != 0)
        {
            var modulation = FocalModulation.Of(tile.Gamma, exponential * reciprocal, rest * reciprocal, information);
            loss *= modulation.Loss;
            pullFactor = modulation.Slope;
        }

        if (tile.Smoothing != 0)
        {
            Vector512<double> all = Vector512.FusedMultiplyAdd(Vector512.Create(tile.WeightSum), log, -Vector512.Load(tile.Loss + lane));
            loss = Vector512.FusedMultiplyAdd(Vector512.Load(tile.Spread + lane), all, loss);
        }

        Vector512<double> ignored = Ignored(tile, lane);
        Vector512.ConditionalSelect(ignored, Vector512<double>.Zero, loss).Store(tile.Loss + lane);
        if (!tile.WantsGradient)
        {
            return;
        }

        Vector512<double> upstream = Vector512.ConditionalSelect(ignored, Vector512<double>.Zero, Vector512.Load(tile.Upstream + lane));
        if (tile.Scaled)
        {
            upstream *= Vector512.Load(tile.Scale + lane);
        }

        Vector512<double> pull = upstream * hit * pullFactor * reciprocal;
        Vector512<double> atLabel = Vector512<double>.Zero - rest;
        if (tile.Smoothing != 0)
        {
            // The smoothed part has no label: its slope, U p_c - u_c, is added to what the label pulls.
            Vector512<double> spread = upstream * Vector512.Load(tile.Spread + lane);
            Vector512<double> all = spread * Vector512.Create(tile.WeightSum) * reciprocal;
            atLabel = (pull * atLabel) + ((all * exponential) - (spread * Vector512.Load(tile.LabelWeight + lane)));
            pull += all;
            spread.Store(tile.Spread + lane);
        }

        pull.Store(tile.Factor + lane);
        atLabel.Store(tile.Picked + lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Smooth(in LossTile tile, int lane)
    {
        double* scores = tile.Scores + lane;
        Vector512<double> pull = Vector512.Load(tile.Factor + lane);
        Vector512<double> spread = Vector512.Load(tile.Spread + lane);
        for (int c = 0; c < tile.Classes; c++, scores += tile.Stride)
        {
            ((pull * Vector512.Load(scores)) - (spread * Vector512.Create(tile.Weight[c]))).Store(scores);
        }

        Vector512<double>.One.Store(tile.Factor + lane);
    }

    /// <summary>Which of eight positions are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Ignored(in LossTile tile, int lane) => Vector512.LessThan(Labels(tile, lane), Vector512<long>.Zero).AsDouble();

    /// <summary>Stores losses: 0 for an ignored position, whatever its scores are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteLoss(in LossTile tile, int lane, Vector512<double> loss) =>
        Vector512.ConditionalSelect(Ignored(tile, lane), Vector512<double>.Zero, loss).Store(tile.Loss + lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Labels(in LossTile tile, int lane) => Vector512.WidenLower(Vector256.Load(tile.Label + lane).ToVector512Unsafe());

    /// <summary>Multiplies the scores of eight positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(double* scores, int classes, int stride, Vector512<double> scale)
    {
        for (int c = 0; c < classes; c++, scores += stride)
        {
            (Vector512.Load(scores) * scale).Store(scores);
        }
    }
}
