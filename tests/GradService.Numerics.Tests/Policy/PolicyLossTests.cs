using CsCheck;
using GradService.Numerics.Checking;
using GradService.Numerics.Losses;
using GradService.Numerics.Policy;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Policy;

public sealed class PolicyLossTests
{
    private static readonly double[] States = [1, 2, 0.5, -1, -0.25, 0.75];
    private static readonly double[] Theta = [0.1, 0.2, -0.3, 0.3, 0.4, 0.5];

    private static (PolicyLossSummary Summary, double[] Gradient) Reinforced(
        double[] states, double[] theta, int[] actions, double[] advantages, int features, bool[]? mask = null, double temperature = 1, double entropy = 0,
        Reduction reduction = Reduction.Sum)
    {
        var gradient = new double[theta.Length];
        PolicyLossSummary summary = Reinforce.Evaluate<double>(
            states, theta, actions, advantages, features, theta.Length / features, mask, temperature, entropy, reduction, default, default, gradient);
        return (summary, gradient);
    }

    private static (PpoSummary Summary, double[] Gradient) Clipped(
        double[] states, double[] theta, int[] actions, double[] advantages, double[] old, int features, double epsilon = 0.2, bool[]? mask = null, double entropy = 0)
    {
        var gradient = new double[theta.Length];
        PpoSummary summary = Ppo.Evaluate<double>(
            states, theta, actions, advantages, old, features, theta.Length / features, mask, 1, epsilon, entropy, Reduction.Sum, default, default, gradient);
        return (summary, gradient);
    }

    private static double[] LogProbabilities(double[] states, double[] theta, int[] actions, int features)
    {
        int count = theta.Length / features;
        (var p, var logP) = (new double[actions.Length * count], new double[actions.Length * count]);
        SoftmaxPolicy.Evaluate<double>(states, theta, features, count, default, 1, p, logP, default);
        return [.. actions.Select((action, i) => logP[(i * count) + action])];
    }

    [Theory]
    [InlineData(BaselineMode.None, "grad")]
    [InlineData(BaselineMode.Mean, "with_mean_baseline")]
    public void The_gradient_of_an_episode_is_the_worked_answer(BaselineMode mode, string answer)
    {
        var item = WorkedAnswers.Item("1_softmax_policy");
        var episode = item.GetProperty("episode");
        var advantages = new double[3];
        Advantages.Evaluate<double>(episode.GetProperty("returns").Flat(), default, mode, false, advantages);
        (PolicyLossSummary summary, double[] gradient) = Reinforced(
            episode.GetProperty("states").Flat(), item.GetProperty("inputs").GetProperty("w").Flat(), episode.GetProperty("actions").FlatIndices(), advantages, 4);
        // The answer is that of the objective, which the loss is the negative of.
        Close.All([.. episode.GetProperty(answer).Flat().Select(value => -value)], gradient, 1e-12);
        if (mode == BaselineMode.None)
        {
            Assert.Equal(-episode.GetProperty("objective").GetDouble(), summary.Loss, 1e-13);
        }
    }

    [Fact]
    public void The_score_is_zero_on_average_whatever_the_baseline() =>
        Gen.Double[-2, 2].Array[6].Select(Gen.Double[-2, 2].Array[2], Gen.Double[-5, 5]).Sample((theta, state, baseline) =>
        {
            var p = new double[3];
            SoftmaxPolicy.Evaluate<double>(state, theta, 2, 3, default, 1, p, default, default);
            var expected = new double[6];
            for (int action = 0; action < 3; action++)
            {
                double[] gradient = Reinforced(state, theta, [action], [baseline], 2).Gradient;
                for (int i = 0; i < 6; i++)
                {
                    expected[i] += p[action] * gradient[i];
                }
            }

            return expected.All(value => Math.Abs(value) < 1e-13);
        });

    [Fact]
    public void The_gradients_agree_with_differences() =>
        Gen.Double[-1.5, 1.5].Array[6].Select(Gen.Double[-2, 2].Array[3], Gen.Double[-0.5, 0.5], Gen.Double[0.5, 2]).Sample((theta, advantages, entropy, temperature) =>
        {
            double[] moved = [.. theta];
            double[] gradient = Reinforced(States, theta, [0, 2, 1], advantages, 2, null, temperature, entropy, Reduction.Mean).Gradient;
            GradientCheckResult result = GradientCheck.Evaluate(
                moved, gradient, () => Reinforced(States, moved, [0, 2, 1], advantages, 2, null, temperature, entropy, Reduction.Mean).Summary.Loss, cancellation: default);
            return result.Passed;
        });

    [Fact]
    public void Masked_actions_get_exactly_no_gradient_even_of_an_infinite_feature()
    {
        bool[] mask = [true, false, true, true, false, true, true, false, true];
        double[] gradient = Reinforced(States, Theta, [0, 2, 2], [1, 2, -1], 2, mask, entropy: 0.5).Gradient;
        Assert.Equal([0, 0], new[] { gradient[1], gradient[4] });
        Assert.All(new[] { gradient[0], gradient[2] }, value => Assert.NotEqual(0, value));
        gradient = Clipped(States, Theta, [0, 2, 2], [1, 2, -1], [-1, -1, -1], 2, mask: mask, entropy: 0.5).Gradient;
        Assert.Equal([0, 0], new[] { gradient[1], gradient[4] });
        gradient = Reinforced([double.PositiveInfinity], [1, 2, 3], [0], [1], 1, [true, false, true]).Gradient;
        Assert.Equal(0, gradient[1]);
        Assert.True(double.IsNaN(gradient[0]));
    }

    [Fact]
    public void Leave_one_out_takes_the_mean_of_the_others()
    {
        var advantages = new double[3];
        Advantages.Evaluate<double>([1, 4, 7], default, BaselineMode.LeaveOneOut, false, advantages);
        Assert.Equal([1 - 5.5, 4 - 4, 7 - 2.5], advantages);
        Advantages.Evaluate<double>([3], default, BaselineMode.LeaveOneOut, false, advantages.AsSpan(0, 1));
        Assert.Equal(3, advantages[0]);
    }

    [Fact]
    public void Leave_one_out_is_the_mean_baseline_enlarged() =>
        Gen.Double[-9, 9].Array[2, 20].Sample(returns =>
        {
            (var mean, var others) = (new double[returns.Length], new double[returns.Length]);
            Advantages.Evaluate<double>(returns, default, BaselineMode.Mean, false, mean);
            Advantages.Evaluate<double>(returns, default, BaselineMode.LeaveOneOut, false, others);
            double larger = returns.Length / (returns.Length - 1.0);
            return mean.Zip(others).All(pair => Math.Abs((pair.First * larger) - pair.Second) < 1e-12);
        });

    [Fact]
    public void Normalised_advantages_have_mean_0_and_deviation_1_and_equal_ones_are_0()
    {
        var advantages = new double[4];
        Advantages.Evaluate<double>([1, 2, 4, 9], [1, 0, 1, 0], BaselineMode.None, true, advantages);
        Assert.Equal(0, advantages.Sum(), 1e-14);
        Assert.Equal(4, advantages.Sum(value => value * value), 1e-7);
        Advantages.Evaluate<double>([5, 5, 5, 5], default, BaselineMode.None, true, advantages);
        Assert.Equal([0, 0, 0, 0], advantages);
    }

    [Fact]
    public void While_the_policy_has_not_moved_PPO_is_REINFORCE()
    {
        int[] actions = [0, 2, 1];
        double[] advantages = [1.5, -2, 0.25];
        (PpoSummary summary, double[] gradient) = Clipped(States, Theta, actions, advantages, LogProbabilities(States, Theta, actions, 2), 2, epsilon: 0);
        Close.All(Reinforced(States, Theta, actions, advantages, 2).Gradient, gradient, 1e-15);
        Assert.Equal((0, 0, 0), (summary.ClipFraction, summary.ApproximateKl, summary.ApproximateKlThird));
    }

    [Theory]
    [InlineData(1, -0.5, true)] // better than expected and more probable already: no more of it
    [InlineData(-1, 0.5, true)] // worse, and less probable already
    [InlineData(1, 0.5, false)]
    [InlineData(-1, -0.5, false)]
    public void A_ratio_that_has_gone_far_enough_gives_exactly_no_gradient(double advantage, double oldAbove, bool clipped)
    {
        double[] old = [LogProbabilities([1, 2], Theta, [0], 2)[0] + oldAbove];
        (PpoSummary summary, double[] gradient) = Clipped([1, 2], Theta, [0], [advantage], old, 2);
        Assert.Equal(clipped, gradient.All(value => value == 0));
        Assert.Equal(1, summary.ClipFraction);
        Assert.True(summary.ApproximateKlThird > 0);
        Assert.Equal(oldAbove, summary.ApproximateKl, 1e-14);
        double bound = advantage > 0 ? 1.2 : 0.8;
        Assert.Equal(clipped ? -bound * advantage : -Math.Exp(-oldAbove) * advantage, summary.Loss, 1e-14);
    }

    [Fact]
    public void The_third_estimate_of_the_divergence_is_never_negative() =>
        Gen.Double[-3, 0].Array[3].Sample(old => Clipped(States, Theta, [0, 1, 2], [1, 1, 1], old, 2).Summary.ApproximateKlThird >= 0);

    [Fact]
    public void An_undecided_policy_has_entropy_ln_A_and_no_entropy_gradient()
    {
        (PolicyLossSummary summary, double[] gradient) = Reinforced([1, 2], new double[6], [1], [0], 2, entropy: 0.7);
        Assert.Equal(Math.Log(3), summary.Entropy, 1e-15);
        Assert.Equal(-0.7 * Math.Log(3), summary.Loss, 1e-15);
        Assert.All(gradient, value => Assert.Equal(0, value, 1e-15));
    }

    [Fact]
    public void Rewards_far_apart_cancel_to_the_last_digit()
    {
        (PolicyLossSummary summary, double[] gradient) = Reinforced([1, 2, 1, 2], Theta, [0, 0], [1e15, -1e15], 2);
        Assert.Equal(0, summary.Loss);
        Assert.All(gradient, value => Assert.Equal(0, value));
    }

    [Fact]
    public void No_steps_have_no_gradient_and_no_mean()
    {
        (PolicyLossSummary summary, double[] gradient) = Reinforced([], Theta, [], [], 2, reduction: Reduction.Mean);
        Assert.True(double.IsNaN(summary.Loss) && double.IsNaN(summary.Entropy));
        Assert.All(gradient, value => Assert.Equal(0, value));
    }

    [Fact]
    public void What_is_wrong_is_named()
    {
        Assert.Equal("advantages", Assert.Throws<OperandException>(() => Reinforced(States, Theta, [0, 1, 2], [1], 2)).Operand);
        Assert.Equal("entropyCoefficient", Assert.Throws<OperandException>(() => Reinforced(States, Theta, [0, 1, 2], [1, 1, 1], 2, entropy: double.NaN)).Operand);
        Assert.Equal("oldLogProbabilities", Assert.Throws<OperandException>(() => Clipped(States, Theta, [0, 1, 2], [1, 1, 1], [1], 2)).Operand);
        Assert.Equal("clipEpsilon", Assert.Throws<OperandException>(() => Clipped(States, Theta, [0, 1, 2], [1, 1, 1], [1, 1, 1], 2, -0.1)).Operand);
        OperandException masked = Assert.Throws<OperandException>(() => Reinforced([1, 2], Theta, [1], [1], 2, [true, false, true]));
        Assert.Equal(("actions", 0), (masked.Operand, masked.Position));
    }
}
