using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>A chunk of an overlap loss: first the sums of its classes; then, backwards, the gradient from what became of the sums.</summary>
internal unsafe struct OverlapJob<T> : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public AxisView View;
    public ImageChunks Cut;
    public OverlapOptions Options;
    public T* Logits;
    public int* Labels;
    public T* Shares;
    public T* Gradient;

    /// <summary>Forwards, for each chunk and class, the sums I and E; backwards, for each image's first chunk and class, the factors of e' and y in the slope.</summary>
    public double* Sums;
    public bool Backward;

    public readonly long ScratchLength => (2 * Tile.Size(View.Count)) + (2 * Tile.Width(View.Count)) + SumsLength;

    private readonly int SumsLength => 2 * View.Count * Tile.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        (int image, int first, int end) = Cut.At(chunk);
        int classes = View.Count;
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
            double* slopes = Sums + ((long)image * Cut.PerImageCount * 2 * classes);
            new Span<double>(sums, sumsLength).Clear();
            for (int position = first; position < end; position += width)
            {
                int count = Math.Min(width, end - position);
                Load(position, count, scores, targets, labels, stride);
                for (int lane = 0; lane < count; lane += V.Count)
                {
                    var exponentials = Exponentials<V>.Of<T>(scores + lane, classes, stride);
                    V counts = V.AtMost(V.Zero, V.Load(labels + lane));
                    if (Backward)
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

                if (Backward)
                {
                    Tile.Store(scores, stride, factors, Gradient, View, position, count);
                }
            }

            for (int at = 0; !Backward && at < 2 * classes; at++)
            {
                Sums[((long)chunk * 2 * classes) + at] = Lanes.Sum(sums + (at * Tile.Lanes));
            }
        }
        finally
        {
            scratch.Dispose();
        }
    }

    // Logits, targets and a column of labels, -1 where there is nothing to count: there the logits are 0, whatever they were.
    private readonly void Load(int first, int count, double* scores, double* targets, double* labels, int stride)
    {
        Tile.Load(Logits, View, first, count, scores, stride);
        int whole = Tile.WholeLanes(count);
        if (Labels == null)
        {
            Tile.Load(Shares, View, first, count, targets, stride);
            new Span<double>(labels, count).Clear();
        }
        else
        {
            for (int c = 0; c < View.Count; c++)
            {
                new Span<double>(targets + ((long)c * stride), whole).Clear();
            }

            for (int at = 0; at < count; at++)
            {
                int label = Labels[first + at];
                bool ignored = label == Options.IgnoreIndex;
                labels[at] = ignored ? -1 : label;
                if (!ignored)
                {
                    targets[((long)label * stride) + at] = 1;
                }

                for (int c = 0; ignored && c < View.Count; c++)
                {
                    scores[((long)c * stride) + at] = 0;
                }
            }
        }

        new Span<double>(labels + count, whole - count).Fill(-1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Add<V>(double* scores, double* targets, int stride, Exponentials<V> exponentials, V counts, double* sums)
        where V : struct, IDoubleLanes<V>
    {
        V alpha = V.Fill(Options.Alpha);
        V beta = V.Fill(Options.Beta);
        V reciprocal = V.One / exponentials.Sum;
        for (int c = 0; c < View.Count; c++, scores += stride, targets += stride, sums += 2 * Tile.Lanes)
        {
            V exponential = V.Load(scores);
            V target = V.Load(targets);
            V probability = exponential * reciprocal;
            V complement = exponentials.Rest(exponential) * reciprocal;
            V against = V.One - target;
            V error;
            if (Options.Squared)
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
    private readonly void Slopes<V>(double* scores, double* targets, int stride, Exponentials<V> exponentials, V counts, double* slopes)
        where V : struct, IDoubleLanes<V>
    {
        V alpha = V.Fill(Options.Alpha);
        V beta = V.Fill(Options.Beta);
        V reciprocal = V.One / exponentials.Sum;
        for (int c = 0; c < View.Count; c++, scores += stride, targets += stride, slopes += 2)
        {
            V target = V.Load(targets);
            V rise;
            if (Options.Squared)
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
