using System.Text.Json;
using CsCheck;
using GradService.Numerics.Losses;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Losses;

public sealed class BinaryCrossEntropyTests
{
    [Fact]
    public void Answers_are_those_of_PyTorch()
    {
        int cases = 0;
        foreach (JsonElement item in Oracle.Read("torch_edge_semantics.json").GetProperty("cases").EnumerateArray())
        {
            if (item.GetProperty("fn").GetString() != "binary_cross_entropy_with_logits")
            {
                continue;
            }

            cases++;
            double[] logits = Oracle.Flat(item.GetProperty("logits"));
            JsonElement options = item.GetProperty("options");
            double[] Option(string name) => options.TryGetProperty(name, out JsonElement value) ? Spread(Oracle.Flat(value), logits.Length) : [];
            var reduction = Enum.Parse<Reduction>(options.GetProperty("reduction").GetString()!, ignoreCase: true);
            (double loss, double[] losses, double[] gradient) = Run(logits, Oracle.Flat(item.GetProperty("target")), Option("pos_weight"), Option("weight"), reduction);
            Close.All(Oracle.Flat(item.GetProperty("loss")), reduction == Reduction.None ? losses : [loss], 2e-14);
            Close.All(Oracle.Flat(item.GetProperty("grad_of_sum")), gradient, 2e-14);
        }

        Assert.Equal(9, cases);
    }

    [Fact]
    public void The_worked_logistic_regression_has_this_loss()
    {
        JsonElement worked = WorkedAnswers.Item("4_logistic");
        double[] labels = worked.GetProperty("inputs").GetProperty("y").Flat();
        (double loss, _, double[] gradient) = Run(worked.GetProperty("z").Flat(), labels, [], [], Reduction.Mean);
        Close.All([worked.GetProperty("mean_bce").GetDouble()], [loss], 1e-14);
        double[] probabilities = worked.GetProperty("p").Flat();
        Close.All([.. probabilities.Zip(labels, (p, y) => (p - y) / labels.Length)], gradient, 1e-13, 1e-16);
    }

    [Fact]
    public void Small_losses_and_gradients_keep_their_digits()
    {
        (_, double[] losses, double[] gradient) = Run([50, -50, 745, -1e300, 1e-30], [1, 0, 1, 1, 0], [], [], Reduction.None);
        double tiny = Math.Exp(-50);
        Close.All([tiny, tiny, Math.Exp(-745), 1e300, Math.Log(2)], losses, 1e-15, 1e-323);
        Close.All([-tiny, tiny, -Math.Exp(-745), -1, 0.5], gradient, 1e-15, 1e-323);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(-1e300, 0)]
    [InlineData(1e300, 1)]
    public void A_gradient_of_0_has_no_sign(double logit, double label)
    {
        Assert.Equal(0, BitConverter.DoubleToInt64Bits(Assert.Single(Run([logit], [label], [], [], Reduction.Sum).Gradient)));
        float[] gradient = [1];
        BinaryCrossEntropy.Evaluate<float>([(float)Math.Clamp(logit, -1e30, 1e30)], [(float)label], [], [], [], new BinaryCrossEntropyOptions(), [], gradient, new Execution(1));
        Assert.Equal(0, BitConverter.SingleToInt32Bits(gradient[0]));
    }

    [Fact]
    public void From_probabilities_small_ones_keep_their_digits_and_the_clip_has_no_slope()
    {
        var options = new BinaryCrossEntropyOptions { From = ScoreKind.Probabilities, Reduction = Reduction.None, Epsilon = 1e-12 };
        (_, double[] losses, double[] gradient) = Run([1e-10, 0, 1, 0.25], [0, 1, 0, 0.5], [], [], Reduction.None, options);

        // -log(1 - x) = x + x^2 / 2 to within x^3.
        Close.All([1e-10 + 5e-21, -Math.Log(1e-12), -Math.Log(1e-12), -0.5 * (Math.Log(0.25) + Math.Log(0.75))], losses, 3e-5);
        Close.All([1e-10 + 5e-21], losses.AsSpan(0, 1), 1e-15);
        Close.All([1 / (1 - 1e-10), 0, 0, (0.5 / 0.75) - (0.5 / 0.25)], gradient, 1e-15);
    }

    [Fact]
    public void The_loss_is_that_of_softmax_cross_entropy_over_two_classes() => Gen.Double[-300, 300].Sample(
        z =>
        {
            (double loss, _, double[] gradient) = Run([z], [1], [], [], Reduction.Sum);
            var pair = new double[2];
            LossSummary expected = CrossEntropy.Evaluate<double>([0, z], new(1, 2, 1), [1], [], [], [], [], new CrossEntropyOptions(), [], pair, default);
            Close.All([expected.Loss, pair[1]], [loss, gradient[0]], 1e-14);
        });

    [Fact]
    public void The_gradient_is_the_slope_of_the_loss() =>
        Gen.Select(Gen.Double[-8, 8], Gen.Double[0, 1], Gen.Double[0, 4], Gen.Double[-2, 2], Gen.Bool).Sample((z, t, q, w, probabilities) =>
        {
            double score = probabilities ? 0.05 + (0.9 / (1 + Math.Exp(-z))) : z;
            var options = new BinaryCrossEntropyOptions { From = probabilities ? ScoreKind.Probabilities : ScoreKind.Logits, Reduction = Reduction.Sum };
            double At(double step) => Run([score + step], [t], [q], [w], Reduction.Sum, options).Loss;
            double[] gradient = Run([score], [t], [q], [w], Reduction.Sum, options).Gradient;
            Close.All([(At(1e-5) - At(-1e-5)) / 2e-5], gradient, 1e-6, 1e-7);
        });

    [Fact]
    public void The_number_of_threads_changes_no_bit_and_lengths_cross_every_tail()
    {
        var random = new Random(3);
        foreach (int length in new[] { 0, 1, 7, 8, 9, 255, 257, 100_003 })
        {
            float[] z = [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 20) - 10))];
            float[] t = [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(2))];
            var one = new float[length];
            var three = new float[length];
            LossSummary first = BinaryCrossEntropy.Evaluate<float>(z, t, [], t, [], new BinaryCrossEntropyOptions { Reduction = Reduction.Sum }, [], one, new Execution(1));
            LossSummary second = BinaryCrossEntropy.Evaluate<float>(z, t, [], t, [], new BinaryCrossEntropyOptions { Reduction = Reduction.Sum }, [], three, new Execution(3));
            Assert.Equal(first, second);
            Assert.True(one.AsSpan().SequenceEqual(three));
            double expected = z.Zip(t, (score, label) => label * Math.Log(1 + Math.Exp(-score))).Sum();
            Assert.True(Math.Abs(first.Loss - expected) <= 1e-8 * (1 + expected));
            double[] slopes = [.. z.Zip(t, (score, label) => -label / (1 + Math.Exp(score)))];
            Assert.True(Evaluation.Distance(slopes, [.. one.Select(slope => (double)slope)]) < 1e-7);
        }
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Labels_outside_0_to_1_are_refused_where_they_are(double label)
    {
        OperandException error = Assert.Throws<OperandException>(() => Run([1, 2, 3], [0, 1, label], [], [], Reduction.Sum));
        Assert.Equal(("labels", 2), (error.Operand, error.Position));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    public void Epsilon_out_of_range_is_refused(double epsilon) => Assert.Equal(
        "epsilon", Assert.Throws<OperandException>(() => Run([1], [0], [], [], Reduction.Sum, new BinaryCrossEntropyOptions { Epsilon = epsilon })).Operand);

    [Fact]
    public void Wrong_lengths_are_refused_by_name()
    {
        Assert.Equal("labels", Assert.Throws<OperandException>(() => Run([1, 2], [0], [], [], Reduction.Sum)).Operand);
        Assert.Equal("posWeight", Assert.Throws<OperandException>(() => Run([1, 2], [0, 1], [1], [], Reduction.Sum)).Operand);
        Assert.Equal("weight", Assert.Throws<OperandException>(() => Run([1, 2], [0, 1], [], [1], Reduction.Sum)).Operand);
    }

    private static double[] Spread(double[] values, int length) => values.Length == 1 ? [.. Enumerable.Repeat(values[0], length)] : values;

    private static (double Loss, double[] Losses, double[] Gradient) Run(
        double[] logits, double[] labels, double[] posWeight, double[] weight, Reduction reduction, BinaryCrossEntropyOptions? options = null)
    {
        var losses = new double[reduction == Reduction.None ? logits.Length : 0];
        var gradient = new double[logits.Length];
        options = (options ?? new BinaryCrossEntropyOptions()) with { Reduction = reduction };
        LossSummary summary = BinaryCrossEntropy.Evaluate<double>(logits, labels, posWeight, weight, [], options, losses, gradient, new Execution(1, TestContext.Current.CancellationToken));
        return (summary.Loss, losses, gradient);
    }
}
