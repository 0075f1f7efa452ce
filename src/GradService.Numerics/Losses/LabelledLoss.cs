using System.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Losses;

/// <summary>The core of cross-entropy and negative log-likelihood.</summary>
internal static class LabelledLoss
{
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

        int classes = view.Count;
        double e = settings.LabelSmoothing;
        bool byPrediction = settings.Weighting == Weighting.Predictions;
        bool scaled = settings.ApplyTo == ApplyTo.Logits;
        double weights = 0;
        double sum = 0;
        long counted = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            double denominator = settings.Reduction switch
            {
                Reduction.Mean => weights,
                Reduction.MeanElements => counted,
                Reduction.MeanBatch => settings.Examples,
                _ => 1,
            };
            var t = new double[classes];
            var z = new double[classes];
            for (int position = 0; position < view.Positions; position++)
            {
                execution.Cancellation.ThrowIfCancellationRequested();
                (int outer, int inner) = Math.DivRem(position, view.Inner);
                int start = (outer * classes * view.Inner) + inner;
                int label = shares ? -1 : labels[position];
                bool ignored = !shares && label == settings.IgnoreIndex;
                if (!shares && !ignored && (uint)label >= (uint)classes)
                {
                    throw LabelledLossRules.NotAClass(settings, label, classes, position);
                }

                double s = sampleWeight.IsEmpty ? 1 : double.CreateTruncating(sampleWeight[position]);
                double predicted = 1;
                if (byPrediction)
                {
                    if ((uint)predictions[position] >= (uint)classes)
                    {
                        throw LabelledLossRules.NotAPrediction(settings, predictions[position], classes, position);
                    }

                    predicted = weight.IsEmpty ? 1 : double.CreateTruncating(weight[predictions[position]]);
                }

                double k = predicted;
                if (scaled && !byPrediction && !weight.IsEmpty)
                {
                    k = shares || ignored ? 0 : double.CreateTruncating(weight[label]);
                    for (int c = 0; shares && c < classes; c++)
                    {
                        k += double.CreateTruncating(weight[c]) * double.CreateTruncating(shareOf[start + (c * view.Inner)]);
                    }
                }

                if (!scaled)
                {
                    k = 1;
                }

                bool own = !weight.IsEmpty && !byPrediction && !scaled;
                double factor = s * (byPrediction && !scaled ? predicted : 1);
                double total = 0;
                double m = double.NegativeInfinity;
                for (int c = 0; c < classes; c++)
                {
                    double q = shares ? double.CreateTruncating(shareOf[start + (c * view.Inner)]) : c == label ? 1 : 0;
                    double w = own ? double.CreateTruncating(weight[c]) : 1;
                    t[c] = ignored ? 0 : shares ? w * (((1 - e) * q) + (e / classes)) : ((1 - e) * q * (own ? double.CreateTruncating(weight[label]) : 1)) + (e / classes * w);
                    total += t[c];
                    z[c] = k * double.CreateTruncating(scores[start + (c * view.Inner)]);
                    m = Math.Max(m, z[c]);
                }

                if (pass == 0)
                {
                    counted += ignored ? 0 : 1;
                    weights += ignored ? 0 : factor * (own && !shares ? double.CreateTruncating(weight[label]) : 1);
                    continue;
                }

                double others = 0;
                int best = Array.IndexOf(z, m);
                for (int c = 0; c < classes; c++)
                {
                    others += c == best ? 0 : Math.Exp(z[c] - m);
                }

                if (double.IsPositiveInfinity(m))
                {
                    others = double.NaN;
                }

                double log = others < 1e-5 ? others - (others * others / 2) + (others * others * others / 3) : Math.Log(1 + others);
                double loss = 0;
                for (int c = 0; c < classes; c++)
                {
                    bool touched = shares || e != 0 || c == label;
                    double clipped = Math.Clamp(z[c], settings.Epsilon, 1 - settings.Epsilon);
                    double l = settings.Form switch
                    {
                        ScoreForm.Logits => m - z[c] + log,
                        ScoreForm.Probabilities => -Math.Log(clipped),
                        _ => -z[c],
                    };
                    loss += touched && !ignored ? t[c] * l : 0;
                    if (!gradient.IsEmpty)
                    {
                        double up = (upstream.IsEmpty ? 1 : double.CreateTruncating(upstream[upstream.Length == 1 ? 0 : position])) / denominator;
                        double g = settings.Form switch
                        {
                            ScoreForm.Logits => k * ((total * Math.Exp(z[c] - m) / (1 + others)) - t[c]),
                            ScoreForm.Probabilities => !touched || ignored || clipped != z[c] ? 0 : -t[c] / z[c],
                            _ => !touched || ignored ? 0 : -t[c],
                        };
                        gradient[start + (c * view.Inner)] = T.CreateTruncating((ignored ? 0 : up * factor) * g);
                    }
                }

                loss *= ignored ? 0 : factor;
                sum += loss;
                if (!losses.IsEmpty)
                {
                    losses[position] = T.CreateTruncating(loss);
                }
            }
        }

        double divisor = settings.Reduction switch
        {
            Reduction.Mean => weights,
            Reduction.MeanElements => counted,
            Reduction.MeanBatch => settings.Examples,
            _ => 1,
        };
        return new LossSummary(sum / divisor, divisor, counted);
    }
}
