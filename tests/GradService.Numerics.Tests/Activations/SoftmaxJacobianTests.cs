using CsCheck;
using GradService.Numerics.Activations;
using GradService.Numerics.Tensors;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Activations;

public sealed class SoftmaxJacobianTests
{
    private static readonly Gen<double[]> Logits = Gen.Double[-30, 30].Array[1, 9];

    private static double[] FromLogits(double[] logits, AxisView view, double temperature = 1)
    {
        var jacobian = new double[view.Length * view.Count];
        SoftmaxJacobian.EvaluateFromLogits<double>(logits, view, jacobian, temperature);
        return jacobian;
    }

    private static double[] FromLogits(params double[] logits) => FromLogits(logits, new AxisView(1, logits.Length, 1));

    private static double[] FromProbabilities(double[] probabilities, AxisView view)
    {
        var jacobian = new double[view.Length * view.Count];
        SoftmaxJacobian.Evaluate<double>(probabilities, view, jacobian);
        return jacobian;
    }

    [Fact]
    public void It_agrees_with_the_worked_answer()
    {
        var answer = WorkedAnswers.Item("1_softmax_policy");
        double[] expected = answer.GetProperty("jacobian").Flat();
        Close.All(expected, FromLogits(answer.GetProperty("z").Flat()), 1e-14);
        Close.All(expected, FromProbabilities(answer.GetProperty("probs").Flat(), new AxisView(1, 2, 1)), 1e-14);
    }

    [Fact]
    public void With_a_temperature_it_is_the_derivative_with_respect_to_the_logits()
    {
        // torch 1.13.0 FP64: torch.autograd.functional.jacobian(lambda z: torch.softmax(z / 0.7, -1), tensor([0.2, -1.3, 2.5, 0.0]))
        double[] expected =
        [
            0.0482086369435982, -0.00020494345990334275, -0.04669094671256694, -0.0013127467711279163,
            -0.00020494345990334275, 0.005836696748854443, -0.005477742932469452, -0.00015401035648164742,
            -0.04669094671256694, -0.005477742932469452, 0.08725587589171864, -0.03508718624668222,
            -0.0013127467711279163, -0.00015401035648164742, -0.03508718624668222, 0.03655394337429179,
        ];
        Close.All(expected, FromLogits([0.2, -1.3, 2.5, 0.0], new AxisView(1, 4, 1), 0.7), 1e-14);
    }

    [Fact]
    public void Its_rows_sum_to_zero_and_it_is_symmetric() => Logits.Sample(logits =>
    {
        int n = logits.Length;
        double[] jacobian = FromLogits(logits);
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(0, jacobian.AsSpan(i * n, n).ToArray().Sum(), 1e-15);
            for (int j = 0; j < n; j++)
            {
                Assert.Equal(jacobian[i * n + j], jacobian[j * n + i], 1e-17);
            }
        }
    });

    [Fact]
    public void Its_columns_are_differences_of_softmax() => Gen.Double[-5, 5].Array[2, 6].Sample(logits =>
    {
        const double Step = 1e-5;
        int n = logits.Length;
        double[] jacobian = FromLogits(logits);
        for (int j = 0; j < n; j++)
        {
            double[] up = NaiveSoftmax([.. logits.Select((z, k) => k == j ? z + Step : z)]);
            double[] down = NaiveSoftmax([.. logits.Select((z, k) => k == j ? z - Step : z)]);
            for (int i = 0; i < n; i++)
            {
                Assert.Equal((up[i] - down[i]) / (2 * Step), jacobian[i * n + j], 1e-9);
            }
        }
    });

    [Fact]
    public void Both_layouts_hold_the_same_positions()
    {
        double[] channelsLast = [.. Enumerable.Range(0, 2 * 3 * 4).Select(i => Math.Sin(i))];
        var channelsFirst = new double[channelsLast.Length];
        for (int o = 0; o < 2; o++)
        {
            for (int i = 0; i < 3; i++)
            {
                for (int c = 0; c < 4; c++)
                {
                    channelsFirst[(o * 4 + c) * 3 + i] = channelsLast[(o * 3 + i) * 4 + c];
                }
            }
        }

        Assert.Equal(FromLogits(channelsLast, new AxisView(6, 4, 1)), FromLogits(channelsFirst, new AxisView(2, 4, 3)));
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(1e30)]
    public void Huge_logits_saturate_to_zeros(double huge) => Assert.Equal([0, 0, 0, 0], FromLogits(huge, -huge));

    [Fact]
    public void A_saturated_position_keeps_its_tiny_entries()
    {
        double p = Math.Exp(-50);
        Close.All([p, -p, -p, p], FromLogits(50, 0), 1e-14);
    }

    [Fact]
    public void FP32_answers_are_the_FP64_ones_rounded_once() => Logits.Sample(logits =>
    {
        float[] single = [.. logits.Select(z => (float)z)];
        var jacobian = new float[single.Length * single.Length];
        SoftmaxJacobian.EvaluateFromLogits<float>(single, new AxisView(1, single.Length, 1), jacobian);
        double[] exact = FromLogits([.. single.Select(z => (double)z)]);
        Assert.Equal([.. exact.Select(value => (float)value)], jacobian);
    });

    [Fact]
    public void Limits_are_those_of_softmax()
    {
        Assert.Equal([0.25, -0.25, 0, -0.25, 0.25, 0, 0, 0, 0], FromLogits(7, 7, double.NegativeInfinity));
        Assert.All(FromLogits(double.PositiveInfinity, 0), value => Assert.True(double.IsNaN(value)));
        Assert.All(FromLogits(double.NaN, 0), value => Assert.True(double.IsNaN(value)));
        Assert.All(FromLogits(0, double.NaN), value => Assert.True(double.IsNaN(value)));
        Assert.All(FromLogits(double.NegativeInfinity, double.NegativeInfinity), value => Assert.True(double.IsNaN(value)));
        Assert.Equal([0], FromLogits(5));
    }

    [Theory]
    [InlineData(0, 3, 1)]
    [InlineData(2, 3, 0)]
    [InlineData(2, 0, 2)]
    public void An_empty_tensor_has_an_empty_jacobian(int outer, int count, int inner)
    {
        var view = new AxisView(outer, count, inner);
        Assert.Empty(FromLogits([], view));
        Assert.Empty(FromProbabilities([], view));
    }

    [Theory]
    [InlineData(new[] { 0.5, 0.5, 1.1, -0.1 }, 3, "-0.1 is not a probability")]
    [InlineData(new[] { 0.5, 0.5, double.NaN, 0.5 }, 2, "NaN is not a probability")]
    [InlineData(new[] { 0.5, 0.5, 0.5, 0.4 }, 2, "sum to 0.9")]
    [InlineData(new[] { 2.0, 1.0, 0.5, 0.5 }, 0, "sum to 3")]
    [InlineData(new[] { double.PositiveInfinity, 1.0, 0.5, 0.5 }, 0, "sum to Infinity")]
    public void What_are_not_probabilities_is_said_with_the_position(double[] probabilities, int position, string words)
    {
        var wrong = Assert.Throws<OperandException>(() => FromProbabilities(probabilities, new AxisView(2, 2, 1)));
        Assert.Equal("probabilities", wrong.Operand);
        Assert.Equal(position, wrong.Position);
        Assert.Contains(words, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_position_is_found_along_an_inner_axis()
    {
        var wrong = Assert.Throws<OperandException>(() => FromProbabilities([0.5, 1, 0.5, -1], new AxisView(1, 2, 2)));
        Assert.Equal(3, wrong.Position);
    }

    [Fact]
    public void Probabilities_rounded_to_a_few_decimals_are_taken_as_they_are()
    {
        double[] p = [0.3333, 0.3333, 0.3333];
        double[] jacobian = FromProbabilities(p, new AxisView(1, 3, 1));
        Assert.Equal(p[0] * (1 - p[0]), jacobian[0]);
        Assert.Equal(-p[0] * p[1], jacobian[1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_is_a_finite_number_above_0(double temperature) =>
        Assert.Equal("temperature", Assert.Throws<OperandException>(() => FromLogits([1], new AxisView(1, 1, 1), temperature)).Operand);

    private static double[] NaiveSoftmax(double[] logits)
    {
        double[] powers = [.. logits.Select(Math.Exp)];
        return [.. powers.Select(power => power / powers.Sum())];
    }
}
