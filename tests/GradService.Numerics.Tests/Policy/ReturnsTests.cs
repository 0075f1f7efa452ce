using CsCheck;
using GradService.Numerics.Policy;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Policy;

public sealed class ReturnsTests
{
    private static double[] Discounted(double[] rewards, bool[]? starts = null, double gamma = 0.99, double bootstrap = 0)
    {
        var returns = new double[rewards.Length];
        Returns.Discounted<double>(rewards, starts, gamma, bootstrap, returns);
        return returns;
    }

    private static (double[] Advantages, double[] Returns) Generalized(
        double[] rewards, double[] values, bool[]? starts = null, double gamma = 0.99, double lambda = 0.95, double bootstrap = 0)
    {
        (double[] advantages, double[] returns) = (new double[rewards.Length], new double[rewards.Length]);
        Returns.Generalized<double>(rewards, values, starts, gamma, lambda, bootstrap, advantages, returns);
        return (advantages, returns);
    }

    [Fact]
    public void The_returns_of_an_episode_are_the_worked_answers()
    {
        var episode = WorkedAnswers.Item("1_softmax_policy").GetProperty("episode");
        Close.All(episode.GetProperty("returns").Flat(), Discounted(episode.GetProperty("rewards").Flat(), gamma: episode.GetProperty("gamma").GetDouble()), 1e-15);
    }

    [Fact]
    public void Episodes_laid_end_to_end_are_the_episodes_one_by_one()
    {
        Gen.Double[-3, 3].Array[1, 9].Array[1, 6].Sample(episodes =>
        {
            double[] rewards = [.. episodes.SelectMany(episode => episode)];
            double[] values = [.. rewards.Select(reward => 1 - reward)];
            bool[] starts = [.. episodes.SelectMany(episode => episode.Select((_, t) => t == 0))];
            double[] alone = [.. episodes.SelectMany(episode => Discounted(episode))];
            double[] advantages = [.. episodes.SelectMany(episode => Generalized(episode, [.. episode.Select(reward => 1 - reward)]).Advantages)];
            return Discounted(rewards, starts).SequenceEqual(alone) && Generalized(rewards, values, starts).Advantages.SequenceEqual(advantages);
        });
    }

    [Fact]
    public void With_lambda_1_an_advantage_is_the_return_less_the_value()
    {
        double[] rewards = [1, -2, 0.5, 3, 1];
        double[] values = [0.25, 4, -1, 2, 0.5];
        bool[] starts = [true, false, true, false, false];
        (double[] advantages, double[] returns) = Generalized(rewards, values, starts, lambda: 1, bootstrap: 2.5);
        double[] discounted = Discounted(rewards, starts, bootstrap: 2.5);
        Close.All(discounted, returns, 1e-14);
        Close.All([.. discounted.Zip(values, (g, v) => g - v)], advantages, 1e-14);
    }

    [Fact]
    public void With_lambda_0_an_advantage_is_the_one_step_difference()
    {
        (double[] advantages, _) = Generalized([1, 2, 3], [10, 20, 30], [true, false, true], gamma: 0.5, lambda: 0, bootstrap: 8);
        Assert.Equal([1 + 10 - 10, 2 - 20, 3 + 4 - 30], advantages);
    }

    [Fact]
    public void The_bootstrap_value_reaches_the_last_episode_alone() =>
        Assert.Equal([1, 1 + 4, 2 * 4], Discounted([1, 1, 0], [true, true, false], gamma: 0.5, bootstrap: 16));

    [Fact]
    public void Gamma_0_leaves_the_rewards_and_gamma_1_sums_them()
    {
        Assert.Equal([3, 1, 2], Discounted([3, 1, 2], gamma: 0));
        Assert.Equal([6, 3, 2], Discounted([3, 1, 2], gamma: 1));
        Assert.Empty(Discounted([]));
    }

    [Fact]
    public void A_reward_that_is_no_number_spoils_its_own_episode_alone()
    {
        double[] returns = Discounted([1, 1, double.NaN, 1, 1], [true, true, false, true, false]);
        Assert.Equal([1, double.NaN, double.NaN, 1.99, 1], returns);
    }

    [Theory]
    [InlineData(-0.1, 0.5, 0, "gamma")]
    [InlineData(1.1, 0.5, 0, "gamma")]
    [InlineData(double.NaN, 0.5, 0, "gamma")]
    [InlineData(0.5, 2, 0, "lambda")]
    [InlineData(0.5, 0.5, double.PositiveInfinity, "bootstrapValue")]
    public void A_parameter_out_of_range_is_named(double gamma, double lambda, double bootstrap, string named)
    {
        OperandException refusal = Assert.Throws<OperandException>(() => Generalized([1], [1], null, gamma, lambda, bootstrap));
        Assert.Equal(named, refusal.Operand);
    }

    [Fact]
    public void Flags_and_values_are_one_for_each_reward()
    {
        Assert.Equal("episodeStarts", Assert.Throws<OperandException>(() => Discounted([1, 2], [true])).Operand);
        Assert.Equal("values", Assert.Throws<OperandException>(() => Generalized([1, 2], [1])).Operand);
    }
}
