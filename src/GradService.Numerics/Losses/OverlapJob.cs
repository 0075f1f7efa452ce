using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>A chunk of an overlap loss: first the sums of its classes; then, backwards, the gradient from what became of the sums.</summary>
/// <param name="operands">The loss's operands.</param>
/// <param name="backward">Whether the sums are there and the gradient is to be written.</param>
internal readonly unsafe struct OverlapJob<T>(OverlapOperands<T> operands, bool backward) : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public long ScratchLength => (2 * Tile.Size(operands.View.Count)) + (2 * Tile.Width(operands.View.Count)) + SumsLength;

    private int SumsLength => 2 * operands.View.Count * Tile.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        (int image, int first, int end) = operands.Cut.At(chunk);
        int classes = operands.View.Count;
        int width = Tile.Width(classes);
        int stride = Tile.Stride(width);
        long size = Tile.Size(classes);
        int sumsLength = SumsLength;
        var scratch = new Scratch(ScratchLength, parts: 5);
        try
        {
            double* scores = scratch.Take(size);
            double* targets = scratch.Take(size);
            double* labels = scratch.Take(width);
            double* factors = scratch.Take(width);
            double* sums = scratch.Take(sumsLength);
            double* slopes = operands.Sums + ((long)image * operands.Cut.PerImageCount * 2 * classes);
            new Span<double>(sums, sumsLength).Clear();
            for (int position = first; position < end; position += width)
            {
                int count = Math.Min(width, end - position);
                Load(position, count, scores, targets, labels, stride);
                for (int lane = 0; lane < count; lane += V.Count)
                {
                    var exponentials = Exponentials<V>.Of<T>(scores + lane, classes, stride);
                    V counts = V.AtMost(V.Zero, V.Load(labels + lane));
                    if (backward)
                    {
                        Slopes(scores + lane, targets + lane, stride, exponentials, counts, slopes);
                        SoftmaxPullback.Apply(scores + lane, targets + lane, classes, stride, exponentials.Sum);
                        (V.One / exponentials.Sum).Store(factors + lane);
                    }
                    else
                    {
                        Add(scores + lane, targets + lane, stride, exponentials, counts, sums + (lane % Tile.Lanes));
                    }
                }

                if (backward)
                {
                    Tile.Store(scores, stride, factors, operands.Gradient, operands.View, position, count);
                }
            }

            for (int at = 0; !backward && at < 2 * classes; at++)
            {
                operands.Sums[((long)chunk * 2 * classes) + at] = Lanes.Sum(sums + (at * Tile.Lanes));
            }
        }
        finally
        {
            scratch.Dispose();
        }
    }

    // Logits, targets and a column of labels, -1 where there is nothing to count: there the logits are 0, whatever they were.
    private void Load(int first, int count, double* scores, double* targets, double* labels, int stride)
    {
        Tile.Load(operands.Logits, operands.View, first, count, scores, stride);
        int whole = Tile.WholeLanes(count);
        if (operands.Labels == null)
        {
            Tile.Load(operands.Shares, operands.View, first, count, targets, stride);
            new Span<double>(labels, count).Clear();
        }
        else
        {
            for (int c = 0; c < operands.View.Count; c++)
            {
                new Span<double>(targets + ((long)c * stride), whole).Clear();
            }

            for (int at = 0; at < count; at++)
            {
                int label = operands.Labels[first + at];
                bool ignored = label == operands.Options.IgnoreIndex;
                labels[at] = ignored ? -1 : label;
                if (!ignored)
                {
                    targets[((long)label * stride) + at] = 1;
                }

                for (int c = 0; ignored && c < operands.View.Count; c++)
                {
                    scores[((long)c * stride) + at] = 0;
                }
            }
        }

        new Span<double>(labels + count, whole - count).Fill(-1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add<V>(double* scores, double* targets, int stride, Exponentials<V> exponentials, V counts, double* sums)
        where V : struct, IDoubleLanes<V>
    {
        V alpha = V.Fill(operands.Options.Alpha);
        V beta = V.Fill(operands.Options.Beta);
        V reciprocal = V.One / exponentials.Sum;
        for (int c = 0; c < operands.View.Count; c++, scores += stride, targets += stride, sums += 2 * Tile.Lanes)
        {
            V exponential = V.Load(scores);
            V target = V.Load(targets);
            V probability = exponential * reciprocal;
            V complement = exponentials.Rest(exponential) * reciprocal;
            V against = V.One - target;
            V error;
            if (operands.Options.Squared)
            {
                // a p (p - y) + b y (y - p), with d = p - y.
                V difference = Difference(probability, complement, target);
                error = difference * V.FusedMultiplyAdd(alpha, difference, (alpha - beta) * target);
            }
            else
            {
                error = (alpha * probability * against) + (beta * complement * target);
            }

            V both = V.Select(counts, probability * target, V.Zero);
            (V.Load(sums) + both).Store(sums);
            error = V.Select(counts, error, V.Zero);
            (V.Load(sums + Tile.Lanes) + error).Store(sums + Tile.Lanes);
        }
    }

    // Replaces targets by dL/dp: 0 where nothing is counted, even if the loss of a class is 0/0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Slopes<V>(double* scores, double* targets, int stride, Exponentials<V> exponentials, V counts, double* slopes)
        where V : struct, IDoubleLanes<V>
    {
        V alpha = V.Fill(operands.Options.Alpha);
        V beta = V.Fill(operands.Options.Beta);
        V reciprocal = V.One / exponentials.Sum;
        for (int c = 0; c < operands.View.Count; c++, scores += stride, targets += stride, slopes += 2)
        {
            V target = V.Load(targets);
            V rise;
            if (operands.Options.Squared)
            {
                // 2 a p - (a + b) y, with d = p - y.
                V exponential = V.Load(scores);
                V difference = Difference(exponential * reciprocal, exponentials.Rest(exponential) * reciprocal, target);
                rise = (V.Fill(2.0) * alpha * difference) + ((alpha - beta) * target);
            }
            else
            {
                rise = alpha - ((alpha + beta) * target);
            }

            V slope = (V.Fill(slopes[0]) * rise) - (V.Fill(slopes[1]) * target);
            V.Select(counts, slope, V.Zero).Store(targets);
        }
    }

    // p - y: near a label of 1 a difference of the complements, near 0 of the values, so that small ones keep their digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Difference<V>(V probability, V complement, V target)
        where V : struct, IDoubleLanes<V> =>
        V.Select(V.Less(V.Fill(0.5), target), V.One - target - complement, probability - target);
}
