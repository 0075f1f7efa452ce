using CsCheck;
using GradService.Numerics.Checking;
using GradService.Numerics.Policy;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Policy;

public sealed class LogGradientTests
{
    private static double[] Evaluate(
        double[] states, double[] theta, int[] actions, int features, int count, bool perSample = true, bool[]? mask = null, double temperature = 1)
    {
        var gradient = new double[(perSample ? actions.Length : 1) * theta.Length];
        LogGradient.Evaluate<double>(states, theta, actions, features, count, mask, temperature, perSample, gradient, default);
        return gradient;
    }

    [Fact]
    public void Every_step_agrees_with_the_worked_answer()
    {
        var answer = WorkedAnswers.Item("1_softmax_policy");
        var inputs = answer.GetProperty("inputs");
        (double[] gradient, double[] logP) = (new double[8], new double[1]);
        (double[] jacobian, double[] row, double[] dlog) = (new double[4], new double[2], new double[2]);
        var parts = new LogGradientParts<double> { Jacobian = jacobian, JacobianRow = row, Dlog = dlog };
        LogGradient.Evaluate(
            inputs.GetProperty("state").Flat(), inputs.GetProperty("w").Flat(), [inputs.GetProperty("action").GetInt32()],
            4, 2, default, 1, true, gradient, logP, parts);
        Close.All(answer.GetProperty("jacobian").Flat(), jacobian, 1e-14);
        Close.All(answer.GetProperty("jacobian_row").Flat(), row, 1e-14);
        Close.All(answer.GetProperty("dlog_row_over_p").Flat(), dlog, 1e-14);
        Close.All(answer.GetProperty("e_a_minus_p").Flat(), dlog, 1e-14);
        Close.All(answer.GetProperty("autograd").Flat(), gradient, 1e-14);
        Assert.Equal(answer.GetProperty("log_prob").GetDouble(), logP[0], 1e-14);
    }

    [Fact]
    public void The_gradient_of_an_episode_is_the_returns_times_the_scores()
    {
        var episode = WorkedAnswers.Item("1_softmax_policy").GetProperty("episode");
        double[] theta = WorkedAnswers.Item("1_softmax_policy").GetProperty("inputs").GetProperty("w").Flat();
        double[] returns = episode.GetProperty("returns").Flat();
        double[] scores = Evaluate(episode.GetProperty("states").Flat(), theta, episode.GetProperty("actions").FlatIndices(), 4, 2);
        double[] gradient = [.. Enumerable.Range(0, 8).Select(i => returns.Select((g, t) => g * scores[t * 8 + i]).Sum())];
        Close.All(episode.GetProperty("grad").Flat(), gradient, 1e-13);
    }

    [Fact]
    public void It_agrees_with_PyTorch_under_a_mask_and_a_temperature()
    {
        // torch 1.13.0 FP64: autograd of ((S @ theta) / 0.5).masked_fill(~mask, -inf).log_softmax(-1)[b, a_b]
        double[] states = [1, 2, -0.5, 0.25, 3, -1];
        double[] theta = [.1, .2, -.7, .3, .4, .9];
        bool[] mask = [true, true, false, true, true, true, false, true, false];
        double[] expected =
        [
            1.291312612451591, -1.2913126124515908, 0, 2.582625224903182, -2.5826252249031816, 0,
            0.2018002418582691, 0.19195832792694623, -0.3937585697852153, -0.10090012092913456, -0.09597916396347311, 0.19687928489260764,
            0, 0, 0, 0, 0, 0,
        ];
        Close.All(expected, Evaluate(states, theta, [0, 2, 1], 2, 3, true, mask, 0.5), 1e-14);
        Close.All(
            [1.4931128543098602, -1.0993542845246447, -0.3937585697852153, 2.4817251039740476, -2.678604388866655, 0.19687928489260764],
            Evaluate(states, theta, [0, 2, 1], 2, 3, false, mask, 0.5), 1e-14);
    }

    [Fact]
    public void It_agrees_with_finite_differences_of_the_log_probability() =>
        Gen.Select(Gen.Double[-2, 2].Array[6], Gen.Double[-2, 2].Array[9], Gen.Int[0, 2].Array[2], Gen.Double[0.3, 3]).Sample((states, theta, actions, temperature) =>
        {
            double[] analytic = Evaluate(states, theta, actions, 3, 3, false, null, temperature);
            (double[] p, double[] logP) = (new double[6], new double[6]);
            var found = GradientCheck.Evaluate(theta, analytic, () =>
            {
                SoftmaxPolicy.Evaluate<double>(states, theta, 3, 3, default, temperature, p, logP, default);
                return logP[actions[0]] + logP[3 + actions[1]];
            });
            Assert.True(found.Passed, found.ToString());
            Assert.Equal(9, found.Checked);
        });

    [Fact]
    public void The_expected_score_is_zero() => Gen.Select(Gen.Double[-3, 3].Array[2], Gen.Double[-3, 3].Array[8]).Sample((state, theta) =>
    {
        var p = new double[4];
        SoftmaxPolicy.Evaluate<double>(state, theta, 2, 4, default, 1, p, default, default);
        var expected = new double[8];
        for (int a = 0; a < 4; a++)
        {
            double[] score = Evaluate(state, theta, [a], 2, 4);
            for (int i = 0; i < 8; i++)
            {
                expected[i] += p[a] * score[i];
            }
        }

        Close.All(new double[8], expected, 0, 1e-15);
    });

    [Fact]
    public void Where_the_probability_underflows_the_score_is_still_exact()
    {
        double[] logits = WorkedAnswers.Item("1_softmax_policy").GetProperty("underflow_ratio").GetProperty("logits").Flat();
        (double[] dlog, double[] row, double[] logP) = (new double[2], new double[2], new double[1]);
        LogGradient.Evaluate([1], logits, [1], 1, 2, default, 1, true, new double[2], logP, new LogGradientParts<double> { Dlog = dlog, JacobianRow = row });
        Assert.Equal([-1, 1], dlog);
        Assert.Equal([0, 0], row);
        Assert.Equal([-800], logP);
    }

    [Fact]
    public void A_nearly_certain_action_keeps_its_tiny_gradient()
    {
        double p = Math.Exp(-60);
        Close.All([p, -p], Evaluate([1], [60, 0], [0], 1, 2), 1e-14);
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(1e30)]
    public void Huge_logits_are_no_trouble(double huge)
    {
        Assert.Equal([-0.5, 0.5, 0], Evaluate([1], [huge, huge, -huge], [1], 1, 3));
        Assert.Equal([-0.5, -0.5, 1], Evaluate([1], [huge, huge, -huge], [2], 1, 3));
    }

    [Fact]
    public void One_action_has_nothing_to_learn() => Assert.Equal([0, 0], Evaluate([3, -4], [1, 2], [0], 2, 1));

    [Fact]
    public void An_empty_batch_sums_to_zeros()
    {
        Assert.Empty(Evaluate([], [1, 2], [], 1, 2));
        Assert.Equal([0, 0], Evaluate([], [1, 2], [], 1, 2, perSample: false));
    }

    [Fact]
    public void The_sum_is_that_of_the_samples() => Gen.Double[-2, 2].Array[10].Sample(states =>
    {
        double[] theta = [.4, -.2, .1, .9, 0, -.6];
        int[] actions = [0, 1, 2, 1, 0];
        double[] each = Evaluate(states, theta, actions, 2, 3);
        double[] sum = [.. Enumerable.Range(0, 6).Select(i => Enumerable.Range(0, 5).Sum(b => each[b * 6 + i]))];
        Assert.Equal(sum, Evaluate(states, theta, actions, 2, 3, perSample: false));
    });

    [Fact]
    public void Every_number_of_actions_crosses_the_vector_widths_alike()
    {
        for (int count = 1; count <= 40; count++)
        {
            double[] states = [0.7, -1.3, 2.1, 0.4];
            double[] theta = [.. Enumerable.Range(0, 2 * count).Select(i => Math.Sin(i))];
            int[] actions = [count - 1, count / 2];
            double[] sum = new double[2 * count];
            for (int b = 0; b < 2; b++)
            {
                double[] powers = [.. Enumerable.Range(0, count).Select(a => Math.Exp(states[2 * b] * theta[a] + states[2 * b + 1] * theta[count + a]))];
                for (int i = 0; i < sum.Length; i++)
                {
                    double indicator = i % count == actions[b] ? 1 : 0;
                    sum[i] += states[2 * b + i / count] * (indicator - powers[i % count] / powers.Sum());
                }
            }

            Close.All(sum, Evaluate(states, theta, actions, 2, count, perSample: false), 1e-13, 1e-14);
        }
    }

    [Fact]
    public void The_row_is_the_jacobians_and_the_score_times_the_probability() => Gen.Double[-6, 6].Array[4].Sample(logits =>
    {
        (double[] jacobian, double[] row, double[] dlog, double[] p) = (new double[16], new double[4], new double[4], new double[4]);
        SoftmaxPolicy.Evaluate<double>([1], logits, 1, 4, default, 1, p, default, default);
        LogGradient.Evaluate(
            [1], logits, [2], 1, 4, default, 1, true, new double[4], default,
            new LogGradientParts<double> { Jacobian = jacobian, JacobianRow = row, Dlog = dlog });
        Assert.Equal(jacobian[8..12], row);
        Close.All(row, [.. dlog.Select(d => p[2] * d)], 1e-13);
    });

    [Fact]
    public void An_infinite_feature_does_not_reach_a_masked_action()
    {
        double[] gradient = Evaluate([double.PositiveInfinity], [1, 2, 3], [1], 1, 3, mask: [true, true, false]);
        Assert.Equal(0, gradient[2]);
        Assert.True(double.IsNaN(gradient[0]));
        Assert.Equal(0, Evaluate([double.PositiveInfinity], [1, 2, 3], [1], 1, 3, perSample: false, mask: [true, true, false])[2]);
    }

    [Fact]
    public void FP32_answers_are_the_FP64_ones_rounded_once() => Gen.Float[-9, 9].Array[6].Sample(theta =>
    {
        float[] states = [0.3f, -1.2f, 0.7f, 2];
        var gradient = new float[6];
        LogGradient.Evaluate<float>(states, theta, [2, 0], 2, 3, default, 0.7, false, gradient, default);
        double[] exact = Evaluate([.. states.Select(s => (double)s)], [.. theta.Select(t => (double)t)], [2, 0], 2, 3, false, null, 0.7);
        Assert.Equal([.. exact.Select(value => (float)value)], gradient);
    });

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void An_action_out_of_range_is_refused_where_it_is(int action)
    {
        var wrong = Assert.Throws<OperandException>(() => Evaluate([1, 1], [1, 2], [1, action], 1, 2));
        Assert.Equal(("actions", 1), (wrong.Operand, wrong.Position));
        Assert.Equal($"{action} is not an action: theta has 2 actions, so actions run from 0 to 1.", wrong.Message);
    }

    [Fact]
    public void A_masked_action_cannot_have_been_taken()
    {
        var wrong = Assert.Throws<OperandException>(() => Evaluate([1, 1], [1, 2], [0, 1], 1, 2, mask: [true, true, true, false]));
        Assert.Equal(("actions", 1), (wrong.Operand, wrong.Position));
        Assert.Contains("masked out in sample 1", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_actions_than_states_are_refused() =>
        Assert.Equal("states", Assert.Throws<OperandException>(() => Evaluate([1, 2], [.1, .2, .3, .4], [0, 1], 2, 2)).Operand);
}
