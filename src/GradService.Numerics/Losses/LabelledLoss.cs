using System.Numerics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The core of cross-entropy and negative log-likelihood: rules, a look at the labels, the tiles, the sum.</summary>
internal static unsafe class LabelledLoss
{
    /// <summary>Evaluates against class indices, or against <paramref name="shareOf"/> when <paramref name="shares"/> says so.</summary>
    public static LossSummary Evaluate<T>(
        LabelledLossSettings settings,
        ReadOnlySpan<T> scores,
        AxisView view,
        bool shares,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<T> shareOf,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<int> predictions,
        ReadOnlySpan<T> upstream,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LabelledLossRules.RequireOptions(settings, shares);
        LabelledLossRules.RequireLengths(
            settings, view, shares, scores.Length, shares ? shareOf.Length : labels.Length, weight.Length, sampleWeight.Length, predictions.Length, upstream.Length, losses.Length, gradient.Length);

        var weights = new double[LabelBlock.TableLength(view.Count)];
        Array.Fill(weights, 1);
        for (int c = 0; c < weight.Length; c++)
        {
            weights[c] = double.CreateTruncating(weight[c]);
        }

        fixed (T* scoresAt = scores, sharesAt = shareOf, sampleWeightAt = sampleWeight, upstreamAt = upstream, lossesAt = losses, gradientAt = gradient)
        fixed (int* labelsAt = labels, predictionsAt = predictions)
        fixed (double* weightAt = weights)
        {
            double weightSum = 0;
            for (int c = 0; c < view.Count; c++)
            {
                weightSum += weights[c];
            }

            var operands = new LabelledLossOperands<T>
            {
                View = view,
                Scores = scoresAt,
                Labels = labelsAt,
                Shares = sharesAt,
                SampleWeight = sampleWeightAt,
                Predictions = predictionsAt,
                Upstream = upstreamAt,
                Losses = lossesAt,
                Gradient = gradientAt,
                Weight = weightAt,
                WeightSum = weightSum,
            };
            (double weighed, long counted) = Count(operands, settings, execution);
            double denominator = settings.Reduction switch
            {
                Reduction.Mean => weighed,
                Reduction.MeanElements => counted,
                Reduction.MeanBatch => settings.Examples,
                _ => 1,
            };
            double sum = Sum(operands, settings, denominator, out bool finite, execution);
            if (denominator == 0 && settings.LabelSmoothing > 0 && !shares && weights.AsSpan(0, view.Count).IndexOfAnyInRange(double.NegativeInfinity, -double.Epsilon) < 0)
            {
                sum = double.NaN;
                NotANumber(view, labels, settings.IgnoreIndex, gradient);
            }

            return new LossSummary(sum / denominator, denominator, counted) { HasFiniteGradient = finite };
        }
    }

    // PyTorch divides the two parts of a smoothed loss one by one. Where all weights counted are 0 the first is 0/0.
    private static void NotANumber<T>(AxisView view, ReadOnlySpan<int> labels, int ignoreIndex, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < gradient.Length; i++)
        {
            int position = (i / (view.Count * view.Inner) * view.Inner) + (i % view.Inner);
            gradient[i] = labels[position] == ignoreIndex ? gradient[i] : T.NaN;
        }
    }

    private static (double Weights, long Counted) Count<T>(LabelledLossOperands<T> operands, LabelledLossSettings settings, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tallies = new LabelledLossTally[Chunks.Count(operands.View.Positions, LabelledLossCount<T>.ChunkPositions)];
        Chunks.Run(tallies.Length, new LabelledLossCount<T>(operands, settings, tallies), execution);
        double weights = 0;
        long counted = 0;
        foreach (LabelledLossTally tally in tallies)
        {
            if (tally.BadPrediction >= 0)
            {
                throw LabelledLossRules.NotAPrediction(settings, operands.Predictions[tally.BadPrediction], operands.View.Count, tally.BadPrediction);
            }

            if (tally.BadLabel >= 0)
            {
                throw LabelledLossRules.NotAClass(settings, operands.Labels[tally.BadLabel], operands.View.Count, tally.BadLabel);
            }

            weights += tally.Weights;
            counted += tally.Counted;
        }

        return (weights, counted);
    }

    private static double Sum<T>(LabelledLossOperands<T> operands, LabelledLossSettings settings, double denominator, out bool finite, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sums = new double[Chunks.Count(operands.View.Positions, Tile.ChunkPositions(operands.View.Count))];
        var finiteChunks = new bool[sums.Length];
        if (PickedLossJob<T>.Fits(operands, settings))
        {
            Chunks.Run(sums.Length, new PickedLossJob<T>(operands, settings, denominator, sums), execution);
        }
        else
        {
            Chunks.RunOnLanes(sums.Length, new LabelledLossJob<T>(operands, settings, denominator, sums, finiteChunks), execution);
        }

        finite = !finiteChunks.Contains(false);
        double sum = 0;
        foreach (double part in sums)
        {
            sum += part;
        }

        return sum;
    }
}
