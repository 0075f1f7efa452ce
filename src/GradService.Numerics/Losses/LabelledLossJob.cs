using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Loss and gradient of a chunk of positions, tile by tile: each score is read once and each gradient written once.</summary>
internal readonly unsafe struct LabelledLossJob<T>(LabelledLossOperands<T> operands, LabelledLossSettings settings, double denominator, double[] sums) : IChunkJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool WeighsTargets => settings is { Weighting: Weighting.Labels, ApplyTo: ApplyTo.Loss };

    public void Run(int chunk)
    {
        int classes = operands.View.Count;
        int chunkPositions = Tile.ChunkPositions(classes);
        int first = chunk * chunkPositions;
        int end = (int)Math.Min(operands.View.Positions, (long)first + chunkPositions);
        bool shares = operands.Labels == null;
        var scratch = new Scratch(LossTile.Size(classes, Tile.Width(classes), shares) + classes, LossTile.Columns + 4);
        try
        {
            LossTile tile = LossTile.In(ref scratch, classes, shares);
            tile.Smoothing = settings.LabelSmoothing;
            tile.Scaled = settings.ApplyTo == ApplyTo.Logits && operands.Weighted;
            tile.WantsGradient = operands.Gradient != null;
            tile.ScaleWeight = tile.Scaled && shares && operands.Predictions == null ? operands.Weight : null;
            tile.Weight = operands.Weight;
            tile.WeightSum = operands.WeightSum;
            if (!WeighsTargets)
            {
                tile.Weight = scratch.Take(classes);
                new Span<double>(tile.Weight, classes).Fill(1);
                tile.WeightSum = classes;
            }

            Vector512<double> sum = Vector512<double>.Zero;
            for (int position = first; position < end; position += tile.Width)
            {
                int count = Math.Min(tile.Width, end - position);
                Evaluate(tile, position, count);
                for (int lane = 0; lane < count; lane += Tile.Lanes)
                {
                    sum += Vector512.Load(tile.Loss + lane);
                }
            }

            sums[chunk] = Lanes.Sum(sum);
        }
        finally
        {
            scratch.Dispose();
        }
    }

    private void Evaluate(in LossTile tile, int first, int count)
    {
        Tile.Load(operands.Scores, operands.View, first, count, tile.Scores, tile.Stride);
        if (tile.Shares != null)
        {
            Tile.Load(operands.Shares, operands.View, first, count, tile.Shares, tile.Stride);
        }

        Prepare(tile, first, count);
        for (int lane = 0; lane < count; lane += Tile.Lanes)
        {
            EvaluateLanes(tile, lane);
        }

        if (operands.Losses != null)
        {
            Tile.Narrow(tile.Loss, operands.Losses + first, count);
        }

        if (!tile.WantsGradient)
        {
            return;
        }

        for (int at = 0; tile.Shares == null && at < count; at++)
        {
            if (tile.Label[at] >= 0)
            {
                tile.Scores[((long)tile.Label[at] * tile.Stride) + at] = tile.Picked[at];
            }
        }

        Tile.Store(tile.Scores, tile.Stride, operands.Gradient, operands.View, first, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EvaluateLanes(in LossTile tile, int lane)
    {
        bool shares = tile.Shares != null;
        if (settings.Form == ScoreForm.Logits)
        {
            if (shares)
            {
                SoftmaxLoss.Shares<T>(tile, lane);
            }
            else
            {
                SoftmaxLoss.Labels<T>(tile, lane);
            }
        }
        else if (shares)
        {
            DirectLoss.Shares(tile, lane, settings.Form == ScoreForm.Probabilities, settings.Epsilon);
        }
        else
        {
            DirectLoss.Labels(tile, lane, settings.Form == ScoreForm.Probabilities, settings.Epsilon);
        }
    }

    // Fills the columns. Lanes after the last position are as good as ignored.
    private void Prepare(in LossTile tile, int first, int count)
    {
        bool each = settings.Reduction == Reduction.None && operands.Upstream != null;
        double upstream = (operands.Upstream == null || each ? 1 : double.CreateTruncating(*operands.Upstream)) / denominator;
        double kept = 1 - settings.LabelSmoothing;
        double even = settings.LabelSmoothing / tile.Classes;
        bool weighsElements = settings is { Weighting: Weighting.Predictions, ApplyTo: ApplyTo.Loss };
        for (int at = 0; at < count; at++)
        {
            int position = first + at;
            int label = -1;
            double counted = 1;
            double scale = 1;
            double labelWeight = 1;
            double picked = 0;
            if (operands.Labels != null)
            {
                label = operands.Labels[position];
                if (label == settings.IgnoreIndex)
                {
                    label = -1;
                    counted = 0;
                }
                else
                {
                    picked = tile.Scores[((long)label * tile.Stride) + at];
                    labelWeight = tile.Weight[label];
                    scale = operands.Weight[label];
                }
            }

            double factor = 1;
            if (operands.Predictions != null)
            {
                scale = operands.Weight[operands.Predictions[position]];
                factor *= weighsElements ? scale : 1;
            }

            if (operands.SampleWeight != null)
            {
                factor *= double.CreateTruncating(operands.SampleWeight[position]);
            }

            factor = counted == 0 ? 0 : factor;
            tile.Label[at] = label;
            tile.Counted[at] = counted;
            tile.Scale[at] = scale;
            tile.Picked[at] = picked;
            tile.LabelWeight[at] = labelWeight;
            tile.Hit[at] = tile.Shares != null ? factor : factor * kept * labelWeight;
            tile.Spread[at] = factor * even;
            tile.Upstream[at] = counted == 0 ? 0 : each ? double.CreateTruncating(operands.Upstream[position]) : upstream;
        }

        for (int at = count; at < Tile.WholeLanes(count); at++)
        {
            tile.Label[at] = -1;
            tile.Counted[at] = 0;
            tile.Scale[at] = 1;
            tile.LabelWeight[at] = 0;
            tile.Hit[at] = 0;
            tile.Spread[at] = 0;
            tile.Upstream[at] = 0;
            tile.Picked[at] = 0;
        }
    }
}
