using CsCheck;
using GradService.Numerics.Checking;
using GradService.Numerics.Classification;
using GradService.Numerics.Losses;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Classification;

public sealed class LogisticLossTests
{
    private static (LogisticSummary Summary, double[] Coef, double[] Intercept) Evaluate(
        double[] features, int[] labels, double[] coef, double[] intercept, int count, LogisticLossOptions? options = null, double[]? weights = null, int threads = 1)
    {
        (var gradCoef, var gradIntercept) = (new double[coef.Length], new double[intercept.Length]);
        LogisticSummary summary = LogisticLoss.Evaluate<double>(
            features, labels, weights, coef, intercept, new LinearClassifier(count, coef.Length / count), default, options ?? new LogisticLossOptions(), default, gradCoef, gradIntercept, new Execution(threads));
        return (summary, gradCoef, gradIntercept);
    }

    [Fact]
    public void Loss_gradient_and_Hessian_are_the_worked_answers()
    {
        var answer = WorkedAnswers.Item("4_logistic");
        double[] x = answer.GetProperty("inputs").GetProperty("X").Flat();
        int[] y = answer.GetProperty("inputs").GetProperty("y").FlatIndices();
        double[] theta = answer.GetProperty("inputs").GetProperty("theta").Flat();
        (LogisticSummary summary, double[] coef, double[] intercept) = Evaluate(x, y, theta[1..], theta[..1], 2);
        Assert.Equal(answer.GetProperty("mean_bce").GetDouble(), summary.Loss, 1e-14);
        Close.All(answer.GetProperty("grad").Flat(), [.. intercept, .. coef], 1e-12, 1e-15);
        Assert.Equal(5.0 / 8, summary.Accuracy);

        // The answer has the intercept first and is a mean; a shard has it last and is a sum.
        (var hessian, var gradCoef, var gradIntercept) = (new double[9], new double[2], new double[1]);
        LogisticPartial.Evaluate<double>(x, y, default, theta.AsSpan(1), theta.AsSpan(0, 1), new LinearClassifier(2, 1), gradCoef, gradIntercept, hessian);
        double[] expected = answer.GetProperty("hessian").Flat();
        int[] order = [1, 2, 0];
        Close.All([.. from i in order from j in order select 8 * expected[(3 * i) + j]], hessian, 1e-13);

        (var z, var p, var labels) = (new double[8], new double[8], new int[8]);
        LogisticPrediction.Evaluate<double>(x, theta.AsSpan(1), theta.AsSpan(0, 1), new LinearClassifier(2, 1), 0.5, Tie.Positive, z, p, labels);
        Close.All(answer.GetProperty("z").Flat(), z, 1e-13, 1e-15);
        Close.All(answer.GetProperty("p").Flat(), p, 1e-14);
        Assert.Equal(answer.GetProperty("pred").FlatIndices(), labels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Gradients_agree_with_finite_differences(int rows) =>
        Gen.Select(Gen.Double[-2, 2].Array[12], Gen.Int[0, Math.Max(1, rows - 1)].Array[6], Gen.Double[-2, 2].Array[2 * rows], Gen.Double[-1, 1].Array[rows], Gen.Double[0.1, 2].Array[6])
            .Sample((features, labels, coef, intercept, weights) =>
            {
                var options = new LogisticLossOptions { L2 = 0.3 };
                (_, double[] byCoef, double[] byIntercept) = Evaluate(features, labels, coef, intercept, 2, options, weights);
                double Objective() => Evaluate(features, labels, coef, intercept, 2, options, weights).Summary.Loss;
                Assert.True(GradientCheck.Evaluate(coef, byCoef, Objective).Passed);
                Assert.True(GradientCheck.Evaluate(intercept, byIntercept, Objective).Passed);
            });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_sums_of_the_shards_are_those_of_the_whole(int rows) =>
        Gen.Select(Gen.Double[-2, 2].Array[60], Gen.Int[0, Math.Max(1, rows - 1)].Array[30], Gen.Double[-2, 2].Array[2 * rows], Gen.Int[0, 30]).Sample((features, labels, coef, cut) =>
        {
            var classifier = new LinearClassifier(2, rows);
            double[] Sums(double[] x, int[] y)
            {
                (var hessian, var gradient) = (new double[4 * rows * rows], new double[2 * rows]);
                LogisticSummary summary = LogisticPartial.Evaluate<double>(x, y, default, coef, default, classifier, gradient, default, hessian);
                return [summary.Loss, summary.Denominator, .. gradient, .. hessian];
            }

            double[] parts = [.. Sums(features[..(2 * cut)], labels[..cut]).Zip(Sums(features[(2 * cut)..], labels[cut..]), (a, b) => a + b)];
            Close.All(Sums(features, labels), parts, 1e-12, 1e-12);
        });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(40, 12)]
    public void The_number_of_threads_changes_no_bit(int count, int rows)
    {
        const int Samples = 20_011;
        double[] features = [.. Enumerable.Range(0, Samples * count).Select(i => Math.Sin(i))];
        int[] labels = [.. Enumerable.Range(0, Samples).Select(i => i % Math.Max(2, rows))];
        double[] coef = [.. Enumerable.Range(0, rows * count).Select(i => Math.Cos(i))];
        double[] intercept = new double[rows];
        (LogisticSummary one, double[] first, _) = Evaluate(features, labels, coef, intercept, count, threads: 1);
        (LogisticSummary three, double[] second, _) = Evaluate(features, labels, coef, intercept, count, threads: 3);
        Assert.Equal(one, three);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Sure_scores_lose_nothing_or_all_and_never_NaN()
    {
        var losses = new double[4];
        LogisticLoss.Evaluate<double>([800, -800, 800, -800], [1, 0, 0, 1], default, [1], default, new LinearClassifier(1, 1), default, new LogisticLossOptions { Reduction = Reduction.None }, losses, default, default);
        Assert.Equal([0, 0, 800, 800], losses);
        (LogisticSummary tiny, double[] coef, _) = Evaluate([40], [1], [1], [], 1);
        Assert.Equal(Math.Exp(-40), tiny.Loss, 1e-30);
        Assert.Equal(-40 * Math.Exp(-40), coef[0], 1e-29);
    }

    [Fact]
    public void No_samples_sum_to_nothing()
    {
        (LogisticSummary summary, double[] coef, _) = Evaluate([], [], [1, 2], [0], 2, new LogisticLossOptions { Reduction = Reduction.Sum });
        Assert.Equal(0, summary.Loss);
        Assert.Equal([0, 0], coef);
        Assert.True(double.IsNaN(Evaluate([], [], [1, 2], [0], 2).Summary.Loss));
    }

    [Fact]
    public void FP32_is_the_FP64_answer_rounded() => Gen.Select(Gen.Float[-2, 2].Array[24], Gen.Int[0, 2].Array[8], Gen.Float[-2, 2].Array[9]).Sample((features, labels, coef) =>
    {
        var gradient = new float[9];
        LogisticSummary found = LogisticLoss.Evaluate<float>(features, labels, default, coef, default, new LinearClassifier(3, 3), default, new LogisticLossOptions(), default, gradient, default);
        (LogisticSummary exact, double[] expected, _) = Evaluate([.. features.Select(x => (double)x)], labels, [.. coef.Select(x => (double)x)], [], 3);
        Assert.Equal(exact.Loss, found.Loss, 1e-9 * (1 + exact.Loss));
        Close.All(expected, [.. gradient.Select(g => (double)g)], 0, 2e-7 * (1 + expected.Max(Math.Abs)));
    });

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Equal(("labels", 1), Refused(() => Evaluate([1, 2], [1, 2], [1], [], 1)));
        Assert.Equal(("labels", 0), Refused(() => Evaluate([1], [-1], [1], [], 1)));
        Assert.Equal(("features", -1), Refused(() => Evaluate([1, 2, 3], [1, 0], [1, 1], [], 2)));
        Assert.Equal(("intercept", -1), Refused(() => Evaluate([1], [1], [1], [1, 2], 1)));
        Assert.Equal(("sampleWeight", -1), Refused(() => Evaluate([1], [1], [1], [], 1, null, [1, 2])));
        Assert.Equal(("l2", -1), Refused(() => Evaluate([1], [1], [1], [], 1, new LogisticLossOptions { L2 = -1 })));
        Assert.Equal(("l1", -1), Refused(() => Evaluate([1], [1], [1], [], 1, new LogisticLossOptions { L1 = double.NaN })));
        Assert.Equal(("reduction", -1), Refused(() => Evaluate([1], [1], [1], [], 1, new LogisticLossOptions { L1 = 1, Reduction = Reduction.None })));
    }

    private static (string Operand, int Position) Refused(Action action)
    {
        var wrong = Assert.Throws<OperandException>(action);
        return (wrong.Operand, wrong.Position);
    }
}
