using System.Text.Json;
using CsCheck;
using GradService.Numerics.Activations;
using GradService.Numerics.Tensors;
using GradService.Numerics.Tests.Losses;

namespace GradService.Numerics.Tests.Activations;

public sealed class SoftmaxTests
{
    private static readonly JsonElement Misc = Oracle.Read("torch_edge_semantics.json").GetProperty("misc");

    [Fact]
    public void Rows_are_those_of_PyTorch()
    {
        foreach (JsonElement row in Misc.GetProperty("softmax").EnumerateArray())
        {
            double[] x = Oracle.Flat(row.GetProperty("x"));
            var view = new AxisView(1, x.Length, 1);
            AssertClose(Oracle.Flat(row.GetProperty("softmax")), Forward(false, x, view));
            AssertClose(Oracle.Flat(row.GetProperty("log_softmax")), Forward(true, x, view));
        }
    }

    [Fact]
    public void The_backward_step_multiplies_by_the_Jacobian_of_PyTorch()
    {
        foreach (JsonElement test in Misc.GetProperty("jacobians").EnumerateArray())
        {
            double[] x = Oracle.Flat(test.GetProperty("x"));
            var view = new AxisView(1, x.Length, 1);
            foreach ((bool log, string name) in new[] { (false, "jac_softmax"), (true, "jac_log_softmax") })
            {
                for (int row = 0; row < x.Length; row++)
                {
                    var upstream = new double[x.Length];
                    upstream[row] = 1;
                    AssertClose(Oracle.Flat(test.GetProperty(name)[row]), Backward(log, x, view, upstream));
                }
            }
        }
    }

    [Fact]
    public void Both_agree_with_the_definition_in_every_layout_and_at_any_temperature() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 5]).Sample(
            (seed, classes, inner, outer) =>
            {
                var random = new Random(seed);
                var view = new AxisView(outer, classes, inner);
                double temperature = seed % 3 == 0 ? 1 : 0.25 + random.NextDouble();
                double[] x = [.. Enumerable.Range(0, view.Length).Select(_ => (double)(float)(8 * (random.NextDouble() - 0.5)))];
                double[] upstream = [.. x.Select(_ => (double)(float)random.NextDouble())];
                double[] p = Forward(false, x, view, temperature);
                double[] log = Forward(true, x, view, temperature);
                double[] gradient = Backward(false, x, view, upstream, temperature);
                double[] logGradient = Backward(true, x, view, upstream, temperature);
                float[] narrow = new float[view.Length];
                LogSoftmax.Forward<float>([.. x.Select(value => (float)value)], view, temperature, narrow, default);
                for (int position = 0; position < view.Positions; position++)
                {
                    int[] at = [.. Enumerable.Range(0, classes).Select(c => (((position / inner * classes) + c) * inner) + (position % inner))];
                    var row = new Reference.Softmax([.. at.Select(i => x[i] / temperature)], new double[classes]);
                    double dot = at.Sum(i => upstream[i] * p[i]);
                    double sum = at.Sum(i => upstream[i]);
                    for (int c = 0; c < classes; c++)
                    {
                        int i = at[c];
                        Assert.Equal(-row.MinusLog(c), log[i], 1e-14);
                        Assert.True(Evaluation.Ulps(row.MinusLog(c), -narrow[i]) <= 1 || row.MinusLog(c) == 0);
                        Assert.Equal(Math.Exp(log[i]), p[i], 1e-14);
                        Assert.Equal(p[i] * (upstream[i] - dot) / temperature, gradient[i], 1e-13);
                        Assert.Equal((upstream[i] - (p[i] * sum)) / temperature, logGradient[i], 1e-12);
                    }
                }
            },
            iter: 60);

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var view = new AxisView(30_001, 7, 1);
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, view.Length).Select(_ => random.NextSingle())];
        var one = new float[view.Length];
        var three = new float[view.Length];
        Softmax.Forward<float>(x, view, 0.7, one, new Execution(1, TestContext.Current.CancellationToken));
        Softmax.Forward<float>(x, view, 0.7, three, new Execution(3, TestContext.Current.CancellationToken));
        Assert.True(one.AsSpan().SequenceEqual(three));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_that_cannot_divide_is_refused(double temperature) =>
        Assert.Equal("temperature", Assert.Throws<OperandException>(() => Forward(false, [1, 2], new AxisView(1, 2, 1), temperature)).Operand);

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Equal("logits", Assert.Throws<OperandException>(() => Forward(true, [1, 2, 3], new AxisView(1, 2, 1))).Operand);
        Assert.Equal("upstream", Assert.Throws<OperandException>(() => Backward(true, [1, 2], new AxisView(1, 2, 1), [1])).Operand);
    }

    [Theory]
    [InlineData(0, 3, 1)]
    [InlineData(4, 0, 1)]
    [InlineData(4, 3, 0)]
    public void Nothing_is_as_good_as_anything(int outer, int count, int inner) =>
        Assert.Empty(Forward(false, [], new AxisView(outer, count, inner)));

    private static double[] Forward(bool log, double[] x, AxisView view, double temperature = 1)
    {
        var values = new double[x.Length];
        if (log)
        {
            LogSoftmax.Forward<double>(x, view, temperature, values, default);
        }
        else
        {
            Softmax.Forward<double>(x, view, temperature, values, default);
        }

        return values;
    }

    private static double[] Backward(bool log, double[] logits, AxisView view, double[] upstream, double temperature = 1)
    {
        var gradient = new double[logits.Length];
        if (log)
        {
            LogSoftmax.Backward<double>(logits, view, upstream, temperature, gradient, default);
        }
        else
        {
            Softmax.Backward<double>(logits, view, upstream, temperature, gradient, default);
        }

        return gradient;
    }

    private static void AssertClose(double[] expected, double[] found)
    {
        foreach ((double e, double f) in expected.Zip(found))
        {
            Assert.True(e.Equals(f) || Math.Abs(e - f) <= 2e-15 * Math.Max(1, Math.Abs(e)), $"{f} is not {e}.");
        }
    }

    [Fact]
    public void More_classes_than_scratch_is_taken_for_are_refused()
    {
        var logits = new float[(1 << 20) + 1];
        OperandException refused = Assert.Throws<OperandException>(() =>
            Softmax.Forward<float>(logits, new AxisView(1, logits.Length, 1), 1, new float[logits.Length], default));
        Assert.Equal("logits", refused.Operand);
        Assert.StartsWith("1048577 classes were found; at most 1048576 are possible.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_one_class_is_nearly_certain_the_gradient_keeps_its_digits_in_FP32(bool log)
    {
        float[] logits = [20, 0, -1, 0.5f];
        float[] upstream = [0.75f, log ? 0 : 0.5f, log ? 0 : -0.25f, log ? 0 : 1];
        var view = new AxisView(1, 4, 1);
        var gradient = new float[4];
        if (log)
        {
            LogSoftmax.Backward<float>(logits, view, upstream, 1, gradient, default);
        }
        else
        {
            Softmax.Backward<float>(logits, view, upstream, 1, gradient, default);
        }

        // In terms that do not cancel: the probabilities of the others are e^(z - 20) to 8 digits.
        double[] p = [.. logits.Select(z => Math.Exp(z - 20.0) / (1 + Math.Exp(-20.0) + Math.Exp(-21.0) + Math.Exp(-19.5)))];
        double first = log
            ? 0.75 * (p[1] + p[2] + p[3])
            : p[0] * ((p[1] * 0.25) + (p[2] * 1.0) + (p[3] * -0.25));
        Assert.Equal(1, gradient[0] / first, 1e-6);
    }

    [Theory]
    [InlineData(double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity)]
    [InlineData(double.PositiveInfinity, 0, double.PositiveInfinity)]
    [InlineData(double.NaN, double.PositiveInfinity, double.NaN)]
    [InlineData(0, double.NaN, double.NaN)]
    [InlineData(-1e308, -1e308, -1e308)]
    [InlineData(1000, 1000, 1000.6931471805599453)]
    public void The_log_sum_exp_of_extreme_logits_is_that_of_PyTorch(double first, double second, double expected)
    {
        double[] x = [first, second];
        var sum = new double[1];
        LogSumExp.Evaluate<double>(x, new AxisView(1, 2, 1), 1, sum);
        Assert.Equal(expected, sum[0]);
    }

    [Fact]
    public void The_log_sum_exp_of_nothing_is_minus_infinity()
    {
        var sum = new double[3];
        LogSumExp.Evaluate<double>([], new AxisView(3, 0, 1), 1, sum);
        Assert.All(sum, value => Assert.Equal(double.NegativeInfinity, value));
    }
}
