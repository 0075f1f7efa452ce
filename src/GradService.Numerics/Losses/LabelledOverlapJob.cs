using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>
/// A chunk of an overlap loss against class indices, as <see cref="OverlapJob{T}"/> has it against any targets. A target is 1 or 0 here, so
/// that every step but one comparison is made once for a position or once for a class instead of for both.
/// </summary>
/// <param name="operands">The loss's operands, with labels.</param>
/// <param name="backward">Whether the sums are there and the gradient is to be written.</param>
internal readonly unsafe struct LabelledOverlapJob<T>(OverlapOperands<T> operands, bool backward) : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether the loss is one that this job is for.</summary>
    public static bool Fits(in OverlapOperands<T> operands) => operands.Labels != null && !operands.Options.Squared;

    public long ScratchLength => Tile.Size(operands.View.Count) + (2 * Tile.Width(operands.View.Count)) + PerClassLength;

    private int PerClassLength => 2 * operands.View.Count * Tile.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        (int image, int first, int end) = operands.Cut.At(chunk);
        int classes = operands.View.Count;
        int width = Tile.Width(classes);
        int stride = Tile.Stride(width);
        var scratch = new Scratch(ScratchLength, parts: 4);
        try
        {
            double* scores = scratch.Take(Tile.Size(classes));
            double* labels = scratch.Take(width);
            double* factors = scratch.Take(width);
            double* perClass = scratch.Take(PerClassLength);
            Prepare(perClass, operands.Sums + ((long)image * operands.Cut.PerImageCount * 2 * classes));
            for (int position = first; position < end; position += width)
            {
                int count = Math.Min(width, end - position);
                Prefetch next = Prefetch.Of(operands.Logits, operands.View, (long)position + count);
                Tile.Load(operands.Logits, operands.View, position, count, scores, stride);
                LoadLabels(position, count, scores, labels, stride);
                if (backward)
                {
                    PullBack<V>(scores, classes, stride, count, labels, perClass, factors, next);
                    Tile.Store(scores, stride, factors, operands.Gradient, operands.View, position, count);
                }
                else
                {
                    Add<V>(scores, classes, stride, count, labels, perClass, next);
                }
            }

            for (int at = 0; !backward && at < 2 * classes; at++)
            {
                operands.Sums[((long)chunk * 2 * classes) + at] = Lanes.Sum(perClass + (at * Tile.Lanes));
            }
        }
        finally
        {
            scratch.Dispose();
        }
    }

    // Forwards the sums begin at 0. Backwards they are dL/dp of each class: where it is the label's, and where it is not.
    private void Prepare(double* perClass, double* slopes)
    {
        new Span<double>(perClass, PerClassLength).Clear();
        for (int c = 0; backward && c < operands.View.Count; c++, perClass += 2, slopes += 2)
        {
            perClass[0] = (slopes[0] * -operands.Options.Beta) - slopes[1];
            perClass[1] = slopes[0] * operands.Options.Alpha;
        }
    }

    // -1 where there is nothing to count: there the logits are 0, whatever they were.
    private void LoadLabels(int first, int count, double* scores, double* labels, int stride)
    {
        int classes = operands.View.Count;
        int* from = operands.Labels + first;
        int at = 0;
        for (; at <= count - LabelBlock.Count && LabelBlock.AllCount(from + at, classes, operands.Options.IgnoreIndex); at += LabelBlock.Count)
        {
            for (int each = at; each < at + LabelBlock.Count; each++)
            {
                labels[each] = from[each];
            }
        }

        for (; at < count; at++)
        {
            bool ignored = from[at] == operands.Options.IgnoreIndex;
            labels[at] = ignored ? -1 : from[at];
            for (int c = 0; ignored && c < classes; c++)
            {
                scores[((long)c * stride) + at] = 0;
            }
        }

        new Span<double>(labels + count, Tile.WholeLanes(count) - count).Fill(-1);
    }

    // I gains p_y; E gains b (1 - p_y) at the label, the sum of the others' exponentials without cancellation, and a p elsewhere.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add<V>(double* tile, int classes, int stride, int count, double* labels, double* perClass, Prefetch next)
        where V : struct, IDoubleLanes<V>
    {
        var alpha = V.Fill(operands.Options.Alpha);
        var beta = V.Fill(operands.Options.Beta);
        for (int lane = 0; lane < count; lane += V.Count)
        {
            if (lane % Prefetch.Positions<T>() == 0)
            {
                next.Fetch(lane, classes);
            }

            double* scores = tile + lane;
            double* sums = perClass + (lane % Tile.Lanes);
            var label = V.Load(labels + lane);
            V maximum = Exponentials<V>.MaximumOf(scores, classes, stride);
            V others = V.Zero;
            V own = V.Zero;
            V known = V.Zero;
            double* score = scores;
            for (int c = 0; c < classes; c++, score += stride)
            {
                V exponential = Exponential.OfNonPositive<T, V>(V.Load(score) - maximum);
                exponential.Store(score);
                V isLabel = V.Equal(label, known);
                others = V.Select(isLabel, others, others + exponential);
                own = V.Select(isLabel, exponential, own);
                known += V.One;
            }

            V reciprocal = V.Select(V.AtMost(V.Zero, label), V.One / (others + own), V.Zero);
            V hit = own * reciprocal;
            V miss = beta * (others * reciprocal);
            V share = alpha * reciprocal;
            known = V.Zero;
            for (int c = 0; c < classes; c++, scores += stride, sums += 2 * Tile.Lanes)
            {
                V isLabel = V.Equal(label, known);
                (V.Load(sums) + (isLabel & hit)).Store(sums);
                (V.Load(sums + Tile.Lanes) + V.Select(isLabel, miss, share * V.Load(scores))).Store(sums + Tile.Lanes);
                known += V.One;
            }
        }
    }

    // p_c (g_c - sum_k p_k g_k), as SoftmaxPullback has it: relative to the slope of the most probable class. Leaves in the scores what
    // the factors multiply to the gradient: 0 where nothing is counted, even if the loss of a class is 0/0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PullBack<V>(double* tile, int classes, int stride, int count, double* labels, double* slopes, double* factors, Prefetch next)
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < count; lane += V.Count)
        {
            if (lane % Prefetch.Positions<T>() == 0)
            {
                next.Fetch(lane, classes);
            }

            double* scores = tile + lane;
            var label = V.Load(labels + lane);
            V maximum = V.Fill(double.NegativeInfinity);
            V reference = V.Zero;
            V known = V.Zero;
            double* score = scores;
            for (int c = 0; c < classes; c++, score += stride)
            {
                var value = V.Load(score);
                V slope = V.Select(V.Equal(label, known), V.Fill(slopes[2 * c]), V.Fill(slopes[(2 * c) + 1]));
                reference = V.Select(V.AtMost(maximum, value), slope, reference);
                maximum = V.Larger(value, maximum);
                known += V.One;
            }

            V sum = V.Zero;
            V mean = V.Zero;
            known = V.Zero;
            score = scores;
            for (int c = 0; c < classes; c++, score += stride)
            {
                V exponential = Exponential.OfNonPositive<T, V>(V.Load(score) - maximum);
                exponential.Store(score);
                V slope = V.Select(V.Equal(label, known), V.Fill(slopes[2 * c]), V.Fill(slopes[(2 * c) + 1]));
                sum += exponential;
                mean = V.FusedMultiplyAdd(slope - reference, exponential, mean);
                known += V.One;
            }

            V counts = V.AtMost(V.Zero, label);
            V reciprocal = V.One / sum;
            mean *= reciprocal;
            known = V.Zero;
            for (int c = 0; c < classes; c++, scores += stride)
            {
                V slope = V.Select(V.Equal(label, known), V.Fill(slopes[2 * c]), V.Fill(slopes[(2 * c) + 1]));
                (counts & (V.Load(scores) * ((slope - reference) - mean))).Store(scores);
                known += V.One;
            }

            (counts & reciprocal).Store(factors + lane);
        }
    }
}
