using CsCheck;
using GradService.Numerics.Losses;

namespace GradService.Numerics.Tests.Losses;

public sealed class KlDivergenceTests
{
    private static readonly Gen<double[]> Distribution = Gen.Double[0.001, 1].Array[2, 40].Select(raw => raw.Select(x => x / raw.Sum()).ToArray());

    [Fact]
    public void It_is_zero_between_equal_distributions_and_positive_otherwise() => Gen.Select(Distribution, Gen.Double[0.001, 1].Array[40]).Sample((t, raw) =>
    {
        double total = raw.Take(t.Length).Sum();
        double[] other = [.. raw.Take(t.Length).Select(x => Math.Log(x / total))];
        double[] same = [.. t.Select(x => Math.Log(x))];
        Assert.True(Math.Abs(Run(same, t).Loss) < 1e-14);
        Assert.True(Run(other, t).Loss > -1e-14);
    });

    [Fact]
    public void A_target_and_its_logarithm_give_the_same() => Gen.Select(Distribution, Gen.Double[-5, 0].Array[40]).Sample((t, l) =>
    {
        double[] scores = l[..t.Length];
        (double loss, double[] losses, double[] gradient) = Run(scores, t, reduction: Reduction.None);
        (double logLoss, double[] logLosses, double[] logGradient) = Run(scores, [.. t.Select(x => Math.Log(x))], logTarget: true, reduction: Reduction.None);
        Close.All([loss], [logLoss], 1e-13, 1e-14);
        Close.All(losses, logLosses, 1e-13, 1e-15);
        Close.All(gradient, logGradient, 1e-14);
        Close.All([.. t.Select(x => -x)], gradient, 0);
    });

    [Fact]
    public void Reductions_divide_by_what_PyTorch_divides_by()
    {
        double[] l = [-0.5, -1.5, -2, -0.25, -3, -1];
        double[] t = [0.5, 0.25, 0.25, 0.125, 0.375, 0.5];
        double sum = t.Zip(l, (p, q) => p * (Math.Log(p) - q)).Sum();
        Close.All([sum, sum / 6, sum / 6, sum / 2], [Run(l, t).Loss, Run(l, t, reduction: Reduction.Mean).Loss, Run(l, t, reduction: Reduction.MeanElements).Loss, Run(l, t, reduction: Reduction.MeanBatch, examples: 2).Loss], 1e-15);
    }

    [Fact]
    public void Edges_are_PyTorchs()
    {
        const double Infinity = double.PositiveInfinity;
        (_, double[] losses, double[] gradient) = Run([-Infinity, -Infinity, -1, -1, -1, -1, double.NaN], [0, 0.5, 0, -0.5, Infinity, double.NaN, 0.5], reduction: Reduction.None);
        Close.All([double.NaN, Infinity, 0, double.NaN, Infinity, double.NaN, double.NaN], losses, 0);
        Close.All([0, -0.5, 0, 0.5, -Infinity, double.NaN, -0.5], gradient, 0);
        (_, losses, gradient) = Run([-1, -1, -1], [-Infinity, 1.5, 800], logTarget: true, reduction: Reduction.None);
        Close.All([double.NaN, Math.Exp(1.5) * 2.5, Infinity], losses, 1e-15);
        Close.All([0, -Math.Exp(1.5), -Infinity], gradient, 1e-15);
    }

    [Fact]
    public void An_FP32_divergence_that_nearly_cancels_is_exact()
    {
        float[] u = [.. Enumerable.Range(0, 1000).Select(i => -6.9f + (i % 7 * 0.01f))];
        float[] l = [.. u.Select((x, i) => x + (i % 2 == 0 ? 1e-3f : -1e-3f))];
        double expected = u.Zip(l, (target, score) => Math.Exp(target) * ((double)target - score)).Sum();
        LossSummary summary = KlDivergence.Evaluate<float>(l, u, [], new KlDivergenceOptions { LogTarget = true, Reduction = Reduction.Sum }, [], [], default);
        Assert.True(Math.Abs(summary.Loss - expected) < 1e-15);
    }

    [Fact]
    public void Wrong_lengths_are_refused_by_name()
    {
        Assert.Equal("target", Assert.Throws<OperandException>(() => Run([-1, -2], [0.5])).Operand);
        Assert.Equal("examples", Assert.Throws<OperandException>(() => Run([-1], [0.5], examples: -1)).Operand);
    }

    private static (double Loss, double[] Losses, double[] Gradient) Run(
        double[] logProbs, double[] target, bool logTarget = false, Reduction reduction = Reduction.Sum, int examples = 1)
    {
        var losses = new double[reduction == Reduction.None ? logProbs.Length : 0];
        var gradient = new double[logProbs.Length];
        var options = new KlDivergenceOptions { Reduction = reduction, LogTarget = logTarget, Examples = examples };
        LossSummary summary = KlDivergence.Evaluate<double>(logProbs, target, [], options, losses, gradient, new Execution(1, TestContext.Current.CancellationToken));
        return (summary.Loss, losses, gradient);
    }
}
