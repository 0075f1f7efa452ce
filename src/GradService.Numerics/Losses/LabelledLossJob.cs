using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Loss and gradient of a chunk of positions, tile by tile: each score is read once and each gradient written once.</summary>
/// <param name="operands">The loss's operands.</param>
/// <param name="settings">The loss's settings.</param>
/// <param name="denominator">What the sum of the losses is divided by.</param>
/// <param name="sums">Receives each chunk's sum of the losses.</param>
/// <param name="finite">Receives whether all of a chunk's gradient is known to be finite; false where nobody looked.</param>
internal readonly unsafe struct LabelledLossJob<T>(LabelledLossOperands<T> operands, LabelledLossSettings settings, double denominator, double[] sums, bool[] finite) : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool WeighsTargets => settings is { Weighting: Weighting.Labels, ApplyTo: ApplyTo.Loss };

    private bool HasUpstreams => settings.Reduction == Reduction.None && operands.Upstream != null;

    private double ReducedUpstream => (operands.Upstream == null || HasUpstreams ? 1 : double.CreateTruncating(*operands.Upstream)) / denominator;

    private bool IsUnsmoothed => operands.Labels != null && settings is { Form: ScoreForm.Logits, LabelSmoothing: 0, ApplyTo: ApplyTo.Loss };

    private bool IsPlain => IsUnsmoothed && operands.Predictions == null && operands.SampleWeight == null && !HasUpstreams;

    private bool IsSingle => IsUnsmoothed && FloatSoftmax.Fits<T>(operands.View);

    public long ScratchLength => LossTile.Size(operands.View.Count, Tile.Width(operands.View.Count), operands.Labels == null) + LabelBlock.TableLength(operands.View.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        int classes = operands.View.Count;
        int chunkPositions = Tile.ChunkPositions(classes);
        int first = chunk * chunkPositions;
        int end = (int)Math.Min(operands.View.Positions, (long)first + chunkPositions);
        bool shares = operands.Labels == null;
        var scratch = new Scratch(ScratchLength, LossTile.Columns + 4);
        try
        {
            LossTile tile = LossTile.In(ref scratch, classes, shares);
            tile.Smoothing = settings.LabelSmoothing;
            tile.Gamma = settings.Gamma;
            tile.Scaled = settings.ApplyTo == ApplyTo.Logits;
            tile.WantsGradient = operands.Gradient != null;
            tile.ScaleWeight = shares && operands.Predictions == null ? operands.Weight : null;
            tile.Weight = operands.Weight;
            tile.WeightSum = operands.WeightSum;
            if (!WeighsTargets)
            {
                tile.Weight = scratch.Take(LabelBlock.TableLength(classes));
                new Span<double>(tile.Weight, classes).Fill(1);
                tile.WeightSum = classes;
            }

            // In the common case the same for every position.
            new Span<double>(tile.Upstream, tile.Width).Fill(ReducedUpstream);

            bool isFinite = true;
            double* sum = stackalloc double[Tile.Lanes];
            for (int position = first; position < end; position += tile.Width)
            {
                int count = Math.Min(tile.Width, end - position);
                tile.Next = Prefetch.Of(operands.Scores, operands.View, (long)position + count);
                tile.Written = Prefetch.Of(operands.Gradient, operands.View, position);
                isFinite &= Evaluate<V>(tile, position, count);
                Add<V>(tile.Loss, count, sum);
            }

            sums[chunk] = Lanes.Sum(sum);
            finite[chunk] = isFinite;
        }
        finally
        {
            scratch.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<V>(double* losses, int count, double* sum)
        where V : struct, IDoubleLanes<V>
    {
        for (int some = 0; some < Tile.Lanes; some += V.Count)
        {
            var lanes = V.Load(sum + some);
            for (int at = some; at < count; at += Tile.Lanes)
            {
                lanes += V.Load(losses + at);
            }

            lanes.Store(sum + some);
        }
    }

    // Whether the gradient is known to be finite.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Evaluate<V>(in LossTile tile, int first, int count)
        where V : struct, IDoubleLanes<V>
    {
        if (IsPlain)
        {
            PreparePlain(tile, first, count);
        }
        else
        {
            Prepare(tile, first, count);
        }

        bool isSingle = IsSingle && SingleSoftmaxLoss.TryLabels<V>(tile, (float*)operands.Scores, (float*)operands.Gradient, operands.View, first, count);
        if (!isSingle)
        {
            EvaluateWide<V>(tile, first, count);
        }

        if (operands.Losses != null)
        {
            Tile.Narrow(tile.Loss, operands.Losses + first, count);
        }

        return isSingle;
    }

    // In FP64, whatever the type of the scores.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EvaluateWide<V>(in LossTile tile, int first, int count)
        where V : struct, IDoubleLanes<V>
    {
        Tile.Load(operands.Scores, operands.View, first, count, tile.Scores, tile.Stride);
        if (tile.Shares != null)
        {
            Tile.Load(operands.Shares, operands.View, first, count, tile.Shares, tile.Stride);
        }

        if (settings.Form == ScoreForm.Logits && tile.Shares == null)
        {
            SoftmaxLoss.Labels<T, V>(tile, count);
        }
        else
        {
            SoftmaxLoss.Pick(tile, count);
            for (int lane = 0; lane < Tile.WholeLanes(count); lane += V.Count)
            {
                EvaluateLanes<V>(tile, lane);
            }

            if (tile.Shares == null)
            {
                SoftmaxLoss.PutPicked(tile, count);
            }
        }

        if (tile.WantsGradient)
        {
            Tile.Store(tile.Scores, tile.Stride, tile.Factor, operands.Gradient, operands.View, first, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EvaluateLanes<V>(in LossTile tile, int lane)
        where V : struct, IDoubleLanes<V>
    {
        bool logarithmic = settings.Form == ScoreForm.Probabilities;
        if (settings.Form == ScoreForm.Logits)
        {
            SoftmaxShares.Evaluate<T, V>(tile, lane);
        }
        else if (tile.Shares != null)
        {
            DirectLoss.Shares<V>(tile, lane, logarithmic, settings.Epsilon);
        }
        else
        {
            DirectLoss.Labels<V>(tile, lane, logarithmic, settings.Epsilon);
        }
    }

    // The columns of the common case: class indices and class weights, and nothing else that differs from position to position.
    private void PreparePlain(in LossTile tile, int first, int count)
    {
        int* labels = operands.Labels + first;
        int* known = tile.Label;
        double* hit = tile.Hit;
        double* weight = tile.Weight;
        int ignore = settings.IgnoreIndex;
        int at = 0;
        for (; at <= count - LabelBlock.Count && LabelBlock.AllCount(labels + at, tile.Classes, ignore); at += LabelBlock.Count)
        {
            Vector256.Load(labels + at).Store(known + at);
            LabelBlock.LookUp(labels + at, weight, tile.Classes).Store(hit + at);
        }

        for (; at < count; at++)
        {
            int label = labels[at];
            if (label == ignore)
            {
                known[at] = -1;
                hit[at] = 0;
                continue;
            }

            known[at] = label;
            hit[at] = weight[label];
        }

        Pad(tile, count);
    }

    // The columns of any case.
    private void Prepare(in LossTile tile, int first, int count)
    {
        double kept = 1 - settings.LabelSmoothing;
        double even = settings.LabelSmoothing / tile.Classes;
        bool weighsElements = settings is { Weighting: Weighting.Predictions, ApplyTo: ApplyTo.Loss };
        for (int at = 0; at < count; at++)
        {
            int position = first + at;
            int label = operands.Labels == null ? 0 : operands.Labels[position];
            double factor = 1;
            double scale = 1;
            if (operands.Predictions != null)
            {
                scale = operands.Weight[operands.Predictions[position]];
                factor = weighsElements ? scale : 1;
            }

            if (operands.SampleWeight != null)
            {
                factor *= double.CreateTruncating(operands.SampleWeight[position]);
            }

            if (operands.Labels == null)
            {
                tile.Hit[at] = factor;
            }
            else if (label == settings.IgnoreIndex)
            {
                label = -1;
                factor = 0;
                tile.Hit[at] = 0;
                tile.LabelWeight[at] = 0;
            }
            else
            {
                scale = operands.Predictions == null ? operands.Weight[label] : scale;
                tile.Hit[at] = factor * kept * tile.Weight[label];
                tile.LabelWeight[at] = tile.Weight[label];
            }

            tile.Label[at] = label;
            tile.Scale[at] = scale;
            tile.Spread[at] = factor * even;
            tile.Upstream[at] = HasUpstreams ? double.CreateTruncating(operands.Upstream[position]) : ReducedUpstream;
        }

        Pad(tile, count);
    }

    // Lanes after the last position are as good as ignored.
    private static void Pad(in LossTile tile, int count)
    {
        for (int at = count; at < Math.Min(tile.Width, FloatTile.WholeLanes(count)); at++)
        {
            tile.Label[at] = -1;
            tile.Scale[at] = 1;
            tile.LabelWeight[at] = 0;
            tile.Hit[at] = 0;
            tile.Spread[at] = 0;
            tile.Upstream[at] = 0;
        }
    }
}
