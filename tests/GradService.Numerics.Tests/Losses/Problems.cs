using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

/// <summary>Problems at random, by seed. All numbers are FP32, so that both types read the same.</summary>
internal static class Problems
{
    public static Problem Random(int seed, AxisView view, CrossEntropyOptions options, bool shares = false, bool weight = true, bool sampleWeight = false, bool upstream = false, bool logProbabilities = false, double scale = 4)
    {
        var random = new Random(seed);
        double Next() => (float)random.NextDouble();
        double[] Some(int count, Func<double> next) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)next())];
        double[] logits = Some(view.Length, () => options.From == ScoreKind.Probabilities ? Next() : logProbabilities ? -scale * Next() : scale * (Next() - Next()));
        int[] Classes(bool ignoring) => [.. Enumerable.Range(0, view.Positions).Select(_ => ignoring && random.Next(6) == 0 ? options.IgnoreIndex : random.Next(view.Count))];
        bool each = options.Reduction == Reduction.None;
        return new Problem(view, logits, options)
        {
            Labels = shares ? [] : Classes(ignoring: true),
            Shares = shares ? Some(view.Length, Next) : null,
            Weight = weight ? Some(view.Count, () => 0.25 + Next()) : [],
            SampleWeight = sampleWeight ? Some(view.Positions, () => 0.25 + Next()) : [],
            Predictions = options.Weighting == Weighting.Predictions ? Classes(ignoring: false) : [],
            Upstream = upstream ? Some(each ? view.Positions : 1, () => Next() - 2) : [],
            LogProbabilities = logProbabilities,
        };
    }
}
