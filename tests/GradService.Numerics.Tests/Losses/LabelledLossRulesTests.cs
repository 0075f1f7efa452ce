using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

public sealed class LabelledLossRulesTests
{
    private static readonly Problem Good = new(new AxisView(2, 12, 1), new double[24], new CrossEntropyOptions()) { Labels = [0, 11] };

    [Fact]
    public void A_label_that_is_no_class_is_named_with_its_position()
    {
        OperandException error = Assert.Throws<OperandException>(() => Evaluation.Of<float>(Good with { Labels = [3, 12] }));
        Assert.Equal("labels", error.Operand);
        Assert.Equal(1, error.Position);
        Assert.Equal("12 is not a class: logits have 12 classes, so labels run from 0 to 11, or ignore_index (-100).", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Of_several_bad_labels_the_first_is_named_whatever_the_threads(int threads)
    {
        var labels = new int[200_000];
        labels[150_001] = -7;
        labels[199_999] = 99;
        var problem = new Problem(new AxisView(200_000, 2, 1), new double[400_000], new CrossEntropyOptions()) { Labels = labels };
        OperandException error = Assert.Throws<OperandException>(() => Evaluation.Of<float>(problem, threads));
        Assert.Equal(150_001, error.Position);
        Assert.StartsWith("-7 is not a class: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Negative_log_likelihood_names_its_own_operand()
    {
        OperandException error = Assert.Throws<OperandException>(() => Evaluation.Of<float>(Good with { LogProbabilities = true, Labels = [3, 12] }));
        Assert.Equal("12 is not a class: log_probs have 12 classes, so labels run from 0 to 11, or ignore_index (-100).", error.Message);
        Assert.Equal("logProbs", Assert.Throws<OperandException>(() => Evaluation.Of<float>(Good with { LogProbabilities = true, Logits = new double[23] })).Operand);
    }

    [Fact]
    public void Each_rule_names_its_operand()
    {
        var predicted = new CrossEntropyOptions { Weighting = Weighting.Predictions };
        (string Operand, Problem Problem)[] cases =
        [
            ("logits", Good with { Logits = new double[23] }),
            ("labels", Good with { Labels = [0] }),
            ("labels", Good with { Shares = new double[23] }),
            ("weight", Good with { Weight = new double[11] }),
            ("sampleWeight", Good with { SampleWeight = new double[3] }),
            ("upstream", Good with { Upstream = new double[2] }),
            ("upstream", Good with { Upstream = new double[1], Options = new() { Reduction = Reduction.None } }),
            ("predictions", Good with { Options = predicted }),
            ("predictions", Good with { Options = predicted, Predictions = [0, 12] }),
            ("predictions", Good with { Predictions = [0, 1] }),
            ("labelSmoothing", Good with { Options = new() { LabelSmoothing = 1.5 } }),
            ("labelSmoothing", Good with { Options = new() { LabelSmoothing = double.NaN } }),
            ("epsilon", Good with { Options = new() { Epsilon = 0 } }),
            ("epsilon", Good with { Options = new() { Epsilon = 0.5 } }),
            ("examples", Good with { Options = new() { Examples = -1 } }),
            ("ignoreIndex", Good with { Shares = new double[24], Options = new() { IgnoreIndex = 1 } }),
            ("applyTo", Good with { Options = new() { From = ScoreKind.Probabilities, ApplyTo = ApplyTo.Logits } }),
        ];
        foreach ((string operand, Problem problem) in cases)
        {
            Assert.Equal(operand, Assert.Throws<OperandException>(() => Evaluation.Of<double>(problem)).Operand);
        }
    }

    [Fact]
    public void Nothing_is_written_when_an_operand_is_refused()
    {
        float[] gradient = [7, 7];
        Assert.Throws<OperandException>(() => CrossEntropy.Evaluate<float>([0, 0], new AxisView(1, 2, 1), [2], [], [], [], [], new CrossEntropyOptions(), [], gradient, default));
        Assert.Equal([7f, 7f], gradient);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cancelled_work_stops(int threads)
    {
        var cancelled = new Execution(threads, new CancellationToken(canceled: true));
        Assert.Throws<OperationCanceledException>(() => CrossEntropy.Evaluate<float>([0, 0], new AxisView(1, 2, 1), [1], [], [], [], [], new CrossEntropyOptions(), [], [], cancelled));
    }
}
