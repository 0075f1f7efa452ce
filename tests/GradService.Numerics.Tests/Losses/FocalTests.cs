using CsCheck;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

public sealed class FocalTests
{
    private static readonly Gen<Problem> Any = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 30], Gen.Int[2, 20], Gen.Int[1, 20], Gen.Bool, Gen.Bool)
        .Select((seed, outer, classes, inner, shares, sampled) => Problems.Random(seed, new AxisView(outer, classes, inner), new CrossEntropyOptions { Reduction = Reduction.Sum }, shares, sampleWeight: sampled));

    [Fact]
    public void At_gamma_0_it_is_cross_entropy_to_the_bit() => Any.Sample(
        problem =>
        {
            Evaluation expected = Evaluation.Of<float>(problem);
            Evaluation found = Evaluation.OfFocal<float>(problem, 0);
            Assert.Equal(expected.Summary, found.Summary);
            Assert.Equal(expected.Gradient, found.Gradient);
        },
        iter: 100);

    [Fact]
    public void Loss_and_gradient_are_those_of_the_definition() => Gen.Select(Any, Gen.OneOf(Gen.Const(1.0), Gen.Const(2.0), Gen.Double[0.1, 6])).Sample(
        (problem, gamma) =>
        {
            (LossSummary summary, _, double[] gradient) = Evaluation.OfFocal<double>(problem, gamma);
            AxisView view = problem.View;
            double sum = 0;
            var slopes = new double[view.Length];
            for (int position = 0; position < view.Positions; position++)
            {
                int At(int c) => (((position / view.Inner * view.Count) + c) * view.Inner) + (position % view.Inner);
                double[] z = [.. Enumerable.Range(0, view.Count).Select(c => problem.Logits[At(c)])];
                double total = z.Sum(Math.Exp);
                double[] p = [.. z.Select(x => Math.Exp(x) / total)];
                double weigh = problem.SampleWeight.Length == 0 ? 1 : problem.SampleWeight[position];
                for (int k = 0; k < view.Count; k++)
                {
                    double target = problem.Shares?[At(k)] ?? (problem.Labels[position] == k ? 1 : 0);
                    target *= weigh * problem.Weight[k];
                    sum += target * Math.Pow(1 - p[k], gamma) * -Math.Log(p[k]);
                    double slope = target * ((gamma * Math.Pow(1 - p[k], gamma - 1) * Math.Log(p[k])) - (Math.Pow(1 - p[k], gamma) / p[k]));
                    for (int c = 0; c < view.Count; c++)
                    {
                        slopes[At(c)] += slope * p[k] * ((c == k ? 1 : 0) - p[c]);
                    }
                }
            }

            Close.All([sum], [summary.Loss], 1e-12, 1e-12);
            Assert.True(Evaluation.Distance(slopes, gradient) < 1e-11);
        },
        iter: 60);

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(2.0)]
    [InlineData(3.0)]
    public void Near_certainty_no_digit_is_lost(double gamma)
    {
        // 1 - p is e^-40 to within 1e-17 of itself, far below what 1 minus a double can hold; -log p is the same number.
        double q = Math.Exp(-40);
        (LossSummary summary, double[] gradient) = One([40, 0], 0, gamma);
        Close.All([Math.Pow(q, gamma + 1)], [summary.Loss], 1e-13);
        double slope = (1 + gamma) * Math.Pow(q, gamma + 1);
        Close.All([-slope, slope], gradient, 1e-13);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void At_certainty_and_impossibility_everything_stays_finite(double gamma)
    {
        (LossSummary summary, double[] gradient) = One([2000, 0], 0, gamma);
        Assert.Equal(0, summary.Loss);
        Assert.All(gradient, slope => Assert.Equal(0, slope));
        (summary, gradient) = One([2000, 0], 1, gamma);
        Assert.Equal(2000, summary.Loss);
        Assert.Equal([1, -1], gradient);
        (summary, gradient) = One([0, double.NegativeInfinity], 1, gamma);
        Assert.Equal(double.PositiveInfinity, summary.Loss);
        Assert.Equal([1, -1], gradient);
    }

    [Fact]
    public void Ignored_elements_and_a_mean_over_nothing_are_those_of_cross_entropy()
    {
        var gradient = new double[4];
        LossSummary summary = Focal.Evaluate<double>([1, 2, double.NaN, 0], new(2, 2, 1), [0, -100], [], [], [], new FocalOptions(), [], gradient, default);
        Assert.Equal(1, summary.Counted);
        Assert.True(double.IsFinite(summary.Loss));
        summary = Focal.Evaluate<double>([1, 2, 3, 0], new(2, 2, 1), [-100, -100], [], [], [], new FocalOptions(), [], gradient, default);
        Assert.Equal((double.NaN, 0L), (summary.Loss, summary.Counted));
        Assert.All(gradient, slope => Assert.Equal(0, slope));
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        foreach (bool shares in new[] { false, true })
        {
            Problem problem = Problems.Random(5, new AxisView(3, 7, 20_011), new CrossEntropyOptions { Reduction = Reduction.Sum }, shares);
            (LossSummary one, _, double[] first) = Evaluation.OfFocal<float>(problem, 1.5);
            (LossSummary three, _, double[] second) = Evaluation.OfFocal<float>(problem, 1.5, threads: 3);
            Assert.Equal(one, three);
            Assert.True(first.AsSpan().SequenceEqual(second));
        }
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Gamma_must_be_a_finite_number_of_at_least_0(double gamma) =>
        Assert.Equal("gamma", Assert.Throws<OperandException>(() => One([0, 1], 0, gamma)).Operand);

    private static (LossSummary Summary, double[] Gradient) One(double[] logits, int label, double gamma)
    {
        var gradient = new double[logits.Length];
        return (Focal.Evaluate<double>(logits, new(1, logits.Length, 1), [label], [], [], [], new FocalOptions { Gamma = gamma }, [], gradient, default), gradient);
    }
}
