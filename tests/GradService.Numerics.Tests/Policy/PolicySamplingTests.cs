using CsCheck;
using GradService.Numerics.Policy;

namespace GradService.Numerics.Tests.Policy;

public sealed class PolicySamplingTests
{
    private static (int[] Actions, double[] LogProbabilities) Sampled(
        double[] states, double[] theta, int features, long seed = 0, SamplingMode mode = SamplingMode.Sample, bool[]? mask = null, double temperature = 1)
    {
        int samples = states.Length / features;
        (var actions, var logP) = (new int[samples], new double[samples]);
        PolicySampling.Evaluate<double>(states, theta, features, theta.Length / features, mask, temperature, mode, seed, actions, logP);
        return (actions, logP);
    }

    private static double[] Repeated(int times) => [.. Enumerable.Repeat(1.0, times)];

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(3)]
    public void Actions_come_as_often_as_their_probabilities_say(double temperature)
    {
        const int Draws = 40_000;
        double[] theta = [0.5, -1, 0, 1.5];
        var p = new double[4];
        SoftmaxPolicy.Evaluate<double>([1], theta, 1, 4, default, temperature, p, default, default);
        int[] actions = Sampled(Repeated(Draws), theta, 1, seed: 42, temperature: temperature).Actions;
        for (int a = 0; a < 4; a++)
        {
            double deviation = Math.Sqrt(p[a] * (1 - p[a]) / Draws);
            Assert.Equal(p[a], actions.Count(action => action == a) / (double)Draws, 4 * deviation);
        }
    }

    [Fact]
    public void The_same_seed_repeats_and_another_does_not()
    {
        double[] theta = [0.5, 0, 0.25];
        Assert.Equal(Sampled(Repeated(100), theta, 1, seed: 3).Actions, Sampled(Repeated(100), theta, 1, seed: 3).Actions);
        Assert.NotEqual(Sampled(Repeated(100), theta, 1, seed: 3).Actions, Sampled(Repeated(100), theta, 1, seed: 4).Actions);
    }

    [Fact]
    public void A_row_of_a_batch_does_not_depend_on_the_other_rows() =>
        Gen.Double[-2, 2].Array[2, 30].Select(Gen.Double[-2, 2]).Sample((states, other) =>
        {
            double[] changed = [.. states];
            changed[0] = other;
            double[] theta = [0.5, -0.5, 1];
            return Sampled(states, theta, 1, 9).Actions.Skip(1).SequenceEqual(Sampled(changed, theta, 1, 9).Actions.Skip(1));
        });

    [Fact]
    public void A_masked_action_is_never_chosen_and_the_log_probability_is_that_of_the_rest()
    {
        bool[] mask = [.. Enumerable.Range(0, 500).SelectMany(_ => new[] { false, true, true })];
        (int[] actions, double[] logP) = Sampled(Repeated(500), [50, 0, 0], 1, 1, mask: mask);
        Assert.DoesNotContain(0, actions);
        Assert.Contains(1, actions);
        Assert.Contains(2, actions);
        Assert.All(logP, value => Assert.Equal(-Math.Log(2), value, 1e-15));
    }

    [Fact]
    public void Greedy_takes_the_best_and_of_several_the_first()
    {
        Assert.Equal([1, 0], Sampled([1, -1], [1, 2, 2], 1, mode: SamplingMode.Greedy).Actions);
        Assert.Equal([2], Sampled([1], [9, 1, 2], 1, mode: SamplingMode.Greedy, mask: [false, true, true]).Actions);
    }

    [Fact]
    public void Next_to_temperature_0_the_draw_is_greedy_and_scores_do_not_overflow() =>
        Assert.Equal([1, 1, 1], Sampled([1, 2, 3], [1e10, 2e10, -1e10], 1, 5, temperature: 1e-300).Actions);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Scores_without_a_softmax_cannot_be_drawn_from(double theta)
    {
        OperandException refusal = Assert.Throws<OperandException>(() => Sampled([1], [0, theta], 1));
        Assert.Equal("states", refusal.Operand);
        Assert.Contains("Sample 0", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([0], Sampled([1], [0, theta], 1, mask: [true, false]).Actions);
    }

    [Fact]
    public void Scores_of_nothing_but_minus_infinity_cannot_be_drawn_from()
    {
        Assert.Throws<OperandException>(() => Sampled([1], [double.NegativeInfinity, double.NegativeInfinity], 1));
        Assert.Equal([1], Sampled([1], [double.NegativeInfinity, 0], 1).Actions);
    }
}
