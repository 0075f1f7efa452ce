using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>
/// The sums of a chunk of an overlap loss against class indices, as <see cref="OverlapJob{T}"/> has them against any targets. A target is 1 or 0
/// here, so that most steps are made once for a position or once for a class instead of for both. Where a gradient is wanted, the
/// probabilities are left in its place.
/// </summary>
/// <param name="operands">The loss's operands, with labels.</param>
internal readonly unsafe struct LabelledOverlapSums<T>(OverlapOperands<T> operands) : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public long ScratchLength
    {
        get
        {
            int width = Tile.Width(operands.View.Count);
            return Tile.Size(operands.View.Count) + ((Columns.Count + 1L) * width) + FloatSoftmax.Room + SumsLength;
        }
    }

    private int SumsLength => 2 * operands.View.Count * Tile.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        (_, int first, int end) = operands.Cut.At(chunk);
        int classes = operands.View.Count;
        int width = Tile.Width(classes);
        var scratch = new Scratch(ScratchLength, parts: Columns.Count + 4);
        try
        {
            double* tile = scratch.Take(Tile.Size(classes));
            int* labels = (int*)scratch.Take(width);
            var columns = new Columns(ref scratch, width);
            double* sums = scratch.Take(SumsLength);
            new Span<double>(sums, SumsLength).Clear();
            for (int position = first; position < end; position += width)
            {
                int count = Math.Min(width, end - position);
                OverlapLabels.Load(operands.Labels + position, count, width, classes, operands.Options.IgnoreIndex, labels);
                if (FloatSoftmax.Fits<T>(operands.View) && TryNarrow<V>(tile, position, count, labels, columns))
                {
                    Weigh<V>(labels, count, columns);
                    Add<float, V>((float*)tile, FloatTile.Stride(width), count, columns, sums);
                    if (operands.Gradient != null)
                    {
                        Narrow<V>((float*)tile, position, count, labels, columns);
                    }
                }
                else
                {
                    Widely<V>(tile, position, count, labels, columns);
                    Weigh<V>(labels, count, columns);
                    Add<double, V>(tile, Tile.Stride(width), count, columns, sums);
                    if (operands.Gradient != null)
                    {
                        Tile.Store(tile, Tile.Stride(width), columns.Reciprocal, operands.Gradient, operands.View, position, count);
                    }
                }
            }

            for (int at = 0; at < 2 * classes; at++)
            {
                operands.Sums[((long)chunk * 2 * classes) + at] = Lanes.Sum(sums + (at * Tile.Lanes));
            }
        }
        finally
        {
            scratch.Dispose();
        }
    }

    // The exponentials in FP32, and by position the label's and the sum of all others.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryNarrow<V>(double* tile, int first, int count, int* labels, in Columns columns)
        where V : struct, IDoubleLanes<V>
    {
        int stride = FloatTile.Stride(Tile.Width(operands.View.Count));
        Tile.Load((float*)operands.Logits, operands.View, first, count, (float*)tile, stride);
        OverlapLabels.ClearIgnored(labels, count, (float*)tile, operands.View.Count, stride);
        Prefetch next = Prefetch.Of(operands.Logits, operands.View, (long)first + count);
        Prefetch written = Prefetch.Of(operands.Gradient, operands.View, first);
        Softmax((float*)tile, stride, 0, labels, columns).Load((float*)tile, stride);
        for (int lane = 0; lane < count; lane += FloatTile.Lanes)
        {
            next.Fetch(lane, operands.View.Count);
            written.Fetch(lane, operands.View.Count);
            int after = lane + FloatTile.Lanes < count ? lane + FloatTile.Lanes : lane;
            FloatSoftmax softmax = Softmax((float*)tile, stride, lane, labels, columns);
            if (!softmax.TryEvaluate<V>(Softmax((float*)tile, stride, after, labels, columns), (float*)tile + after, stride))
            {
                return false;
            }

            for (int some = 0; some < FloatTile.Lanes; some += V.Count)
            {
                V.Load(softmax.Own + some).Store(columns.Own + lane + some);
                softmax.Others<V>(some).Store(columns.Others + lane + some);
            }
        }

        return true;
    }

    // Of a few positions of a tile.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FloatSoftmax Softmax(float* tile, int stride, int lane, int* labels, in Columns columns) =>
        new(operands.View.Count, labels + lane, tile + lane, stride, lane, columns.Softmax);

    // The same in FP64.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Widely<V>(double* tile, int first, int count, int* labels, in Columns columns)
        where V : struct, IDoubleLanes<V>
    {
        int classes = operands.View.Count;
        int stride = Tile.Stride(Tile.Width(classes));
        Tile.Load(operands.Logits, operands.View, first, count, tile, stride);
        OverlapLabels.ClearIgnored(labels, count, tile, classes, stride);
        Prefetch next = Prefetch.Of(operands.Logits, operands.View, (long)first + count);
        for (int lane = 0; lane < count; lane += V.Count)
        {
            if (lane % Prefetch.Positions<T>() == 0)
            {
                next.Fetch(lane, classes);
            }

            var exponentials = LabelledExponentials<V>.Of<T>(tile + lane, classes, stride, V.Load(labels + lane));
            exponentials.Own.Store(columns.Own + lane);
            exponentials.Others.Store(columns.Others + lane);
        }
    }

    // I gains p_y; E gains b (1 - p_y) at the label, the sum of the others' exponentials without cancellation, and a p elsewhere.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Weigh<V>(int* labels, int count, in Columns columns)
        where V : struct, IDoubleLanes<V>
    {
        var alpha = V.Fill(operands.Options.Alpha);
        var beta = V.Fill(operands.Options.Beta);
        for (int lane = 0; lane < count; lane += V.Count)
        {
            var label = V.Load(labels + lane);
            var others = V.Load(columns.Others + lane);
            var own = V.Load(columns.Own + lane);
            V reciprocal = V.Select(V.AtMost(V.Zero, label), V.One / (others + own), V.Zero);
            label.Store(columns.Label + lane);
            reciprocal.Store(columns.Reciprocal + lane);
            (own * reciprocal).Store(columns.Hit + lane);
            (beta * (others * reciprocal)).Store(columns.Miss + lane);
            (alpha * reciprocal).Store(columns.Share + lane);
        }
    }

    // Two classes at a time, the last perhaps twice; positions eight apart into one sum, whatever the vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add<TTile, V>(TTile* tile, int stride, int count, in Columns columns, double* sums)
        where TTile : unmanaged
        where V : struct, IDoubleLanes<V>
    {
        int classes = operands.View.Count;
        for (int c = 0; c < classes; c += 2)
        {
            int next = Math.Min(c + 1, classes - 1);
            var first = V.Fill(c);
            var second = V.Fill(next);
            TTile* ofFirst = tile + ((long)c * stride);
            TTile* ofSecond = tile + ((long)next * stride);
            for (int some = 0; some < Tile.Lanes; some += V.Count)
            {
                double* firstSums = sums + (2 * c * Tile.Lanes) + some;
                double* secondSums = sums + (2 * next * Tile.Lanes) + some;
                var firstBoth = V.Load(firstSums);
                var firstError = V.Load(firstSums + Tile.Lanes);
                var secondBoth = V.Load(secondSums);
                var secondError = V.Load(secondSums + Tile.Lanes);
                for (int lane = some; lane < count; lane += Tile.Lanes)
                {
                    var label = V.Load(columns.Label + lane);
                    var hit = V.Load(columns.Hit + lane);
                    var miss = V.Load(columns.Miss + lane);
                    var share = V.Load(columns.Share + lane);
                    V isLabel = V.Equal(label, first);
                    firstBoth += isLabel & hit;
                    firstError += V.Select(isLabel, miss, share * Tile.Widen<TTile, V>(ofFirst + lane));
                    isLabel = V.Equal(label, second);
                    secondBoth += isLabel & hit;
                    secondError += V.Select(isLabel, miss, share * Tile.Widen<TTile, V>(ofSecond + lane));
                }

                firstBoth.Store(firstSums);
                firstError.Store(firstSums + Tile.Lanes);
                secondBoth.Store(secondSums);
                secondError.Store(secondSums + Tile.Lanes);
            }
        }
    }

    // Writes the probabilities, in FP32, in the gradient's place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Narrow<V>(float* tile, int first, int count, int* labels, in Columns columns)
        where V : struct, IDoubleLanes<V>
    {
        int stride = FloatTile.Stride(Tile.Width(operands.View.Count));
        for (int lane = 0; lane < count + FloatTile.Lanes; lane += FloatTile.Lanes)
        {
            FloatSoftmax softmax = Softmax(tile, stride, lane, labels, columns);
            for (int some = 0; lane < count && some < FloatTile.Lanes; some += V.Count)
            {
                softmax.Weigh(some, V.Load(columns.Reciprocal + lane + some), V.Load(columns.Hit + lane + some));
            }

            // One step behind, when what was said of the positions has found its way to memory.
            int before = lane - FloatTile.Lanes;
            if (before >= 0)
            {
                Softmax(tile, stride, before, labels, columns).Write(tile + before, stride);
            }
        }

        Tile.Store(tile, stride, factors: null, (float*)operands.Gradient, operands.View, first, count);
    }

    // What is known of each position of a tile.
    private readonly struct Columns(ref Scratch scratch, int width)
    {
        public const int Count = 7;

        public readonly double* Label = scratch.Take(width);
        public readonly double* Own = scratch.Take(width);
        public readonly double* Others = scratch.Take(width);
        public readonly double* Reciprocal = scratch.Take(width);
        public readonly double* Hit = scratch.Take(width);
        public readonly double* Miss = scratch.Take(width);
        public readonly double* Share = scratch.Take(width);
        public readonly float* Softmax = (float*)scratch.Take(FloatSoftmax.Room);
    }
}
