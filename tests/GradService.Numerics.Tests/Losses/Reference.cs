using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

/// <summary>One labelled loss to evaluate: everything in FP64, rounded to the type under test beforehand.</summary>
internal sealed record Problem(AxisView View, double[] Logits, CrossEntropyOptions Options)
{
    public int[] Labels { get; init; } = [];

    public double[]? Shares { get; init; }

    public double[] Weight { get; init; } = [];

    public double[] SampleWeight { get; init; } = [];

    public int[] Predictions { get; init; } = [];

    public double[] Upstream { get; init; } = [];

    public bool LogProbabilities { get; init; }
}

/// <summary>The definition of the loss, element by element and literally, in FP64. The oracle of everything faster.</summary>
internal static class Reference
{
    public static (double Loss, double[] Losses, double[] Gradient, double Denominator, long Counted) Evaluate(Problem problem)
    {
        AxisView view = problem.View;
        CrossEntropyOptions options = problem.Options;
        int classes = view.Count;
        var losses = new double[view.Positions];
        var gradient = new double[view.Length];
        double weights = 0;
        long counted = 0;
        for (int position = 0; position < view.Positions; position++)
        {
            int Index(int c) => (((position / view.Inner * classes) + c) * view.Inner) + (position % view.Inner);
            double W(int c) => problem.Weight.Length == 0 ? 1 : problem.Weight[c];
            double sample = problem.SampleWeight.Length == 0 ? 1 : problem.SampleWeight[position];
            int label = problem.Shares is null ? problem.Labels[position] : -1;
            if (problem.Shares is null && label == options.IgnoreIndex)
            {
                continue;
            }

            counted++;
            double[] raw = [.. Enumerable.Range(0, classes).Select(c => problem.Shares is null ? (c == label ? 1.0 : 0) : problem.Shares[Index(c)])];
            double[] q = [.. raw.Select(share => ((1 - options.LabelSmoothing) * share) + (options.LabelSmoothing / classes))];
            bool predicted = options.Weighting == Weighting.Predictions;
            double elementWeight = predicted ? W(problem.Predictions[position]) : problem.Shares is null ? W(label) : raw.Select((share, c) => share * W(c)).Sum();
            double k = 1;
            double factor = sample;
            if (options.ApplyTo == ApplyTo.Logits)
            {
                k = elementWeight;
                weights += sample;
            }
            else if (predicted)
            {
                factor *= elementWeight;
                weights += problem.Shares is null ? factor : sample;
            }
            else
            {
                // Smoothing with weights is PyTorch's: the label's share is weighted by the label, the even share class by class.
                q = [.. q.Select((share, c) => share * W(c))];
                weights += problem.Shares is null ? sample * W(label) : sample;
            }

            double[] z = [.. Enumerable.Range(0, classes).Select(c => k * problem.Logits[Index(c)])];
            var softmax = new Softmax(z, q);
            for (int c = 0; c < classes; c++)
            {
                bool touched = q[c] != 0 || problem.Shares is not null || c == label;
                double slope = 0;
                double loss = 0;
                if (problem.LogProbabilities)
                {
                    (loss, slope) = (-z[c], -q[c]);
                }
                else if (options.From == ScoreKind.Probabilities)
                {
                    double p = Math.Clamp(z[c], options.Epsilon, 1 - options.Epsilon);
                    (loss, slope) = (-Math.Log(p), p == z[c] ? -q[c] / p : 0);
                }
                else
                {
                    (loss, slope) = (softmax.MinusLog(c), k * softmax.Slope(c));
                }

                losses[position] += touched ? factor * q[c] * loss : 0;
                gradient[Index(c)] = factor * slope;
            }
        }

        double denominator = options.Reduction switch
        {
            Reduction.Mean => weights,
            Reduction.MeanElements => counted,
            Reduction.MeanBatch => options.Examples,
            _ => 1,
        };
        for (int at = 0; at < gradient.Length; at++)
        {
            int position = (at / (classes * view.Inner) * view.Inner) + (at % view.Inner);
            bool ignored = problem.Shares is null && problem.Labels[position] == options.IgnoreIndex;
            double upstream = problem.Upstream.Length == 0 ? 1 : problem.Upstream[options.Reduction == Reduction.None ? position : 0];
            gradient[at] = ignored ? 0 : gradient[at] * upstream / denominator;
        }

        return (losses.Sum() / denominator, losses, gradient, denominator, counted);
    }

    /// <summary>log(1 + x) by its series, or by the logarithm where that is exact enough.</summary>
    public static double LogOnePlus(double x) => x > 1e-3
        ? Math.Log(1 + x) + ((x - (1 + x - 1)) / (1 + x))
        : x * (1 - (x * ((1.0 / 2) - (x * ((1.0 / 3) - (x * ((1.0 / 4) - (x * ((1.0 / 5) - (x / 6))))))))));

    /// <summary>The softmax of one position, with every digit of log p and of 1 - p even where p is nearly 1.</summary>
    public sealed class Softmax
    {
        private readonly double[] _z;
        private readonly double[] _q;
        private readonly double[] _e;
        private readonly double _maximum;
        private readonly double _others;
        private readonly double _log;
        private readonly double _total;

        public Softmax(double[] z, double[] q)
        {
            _z = z;
            _q = q;
            _maximum = z.Max();
            _e = [.. z.Select(value => Math.Exp(value - _maximum))];
            int largest = Array.IndexOf(z, _maximum);
            _others = _e.Where((_, k) => k != largest).Sum();
            _log = LogOnePlus(_others);
            _total = q.Sum();
        }

        /// <summary>-log p_c.</summary>
        public double MinusLog(int c) => _maximum - _z[c] + _log;

        /// <summary>p_c sum_k q_k - q_c, as (sum_k q_k - q_c) p_c - q_c (1 - p_c).</summary>
        public double Slope(int c)
        {
            double rest = _z[c] == _maximum ? _others : 1 - _e[c] + _others;
            return (((_total - _q[c]) * _e[c]) - (_q[c] * rest)) / (1 + _others);
        }
    }
}
