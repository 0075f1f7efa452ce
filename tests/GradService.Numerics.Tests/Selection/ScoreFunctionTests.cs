using CsCheck;
using GradService.Numerics.Selection;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Selection;

public sealed class ScoreFunctionTests
{
    private static readonly double[] Logits = [.44, -.38, .65];
    private static readonly double[] Costs = [1.2321, 9.05008061266998, 0.00999999999999993];

    private static (double[] Gradient, double[] Variance) Estimate(double[] logits, int[] actions, double[] losses, SampleBaseline baseline = SampleBaseline.None)
    {
        (var gradient, var variance) = (new double[logits.Length], new double[logits.Length]);
        ScoreFunction.Evaluate<double>(logits, actions, losses, logits.Length, actions.Length, baseline, new double[1], default, gradient, variance);
        return (gradient, variance);
    }

    [Fact]
    public void The_estimates_expectation_is_the_exact_gradient_of_the_worked_answer()
    {
        var answer = WorkedAnswers.Item("5_op_selection");
        double[] p = answer.GetProperty("probs").Flat();
        double[] perAction = answer.GetProperty("reinforce").GetProperty("per_action_grad").Flat();
        var sum = new double[3];
        for (int a = 0; a < 3; a++)
        {
            double[] one = Estimate(Logits, [a], [Costs[a]]).Gradient;
            Close.All(perAction.AsSpan(3 * a, 3), one, 1e-11);
            for (int k = 0; k < 3; k++)
            {
                sum[k] += p[a] * one[k];
            }
        }

        (var expected, var exact) = (new double[1], new double[3]);
        ScoreFunction.Expect<double>(Logits, Costs, 3, expected, exact);
        Close.All(answer.GetProperty("expected_loss").GetProperty("grad").Flat(), exact, 1e-12);
        Assert.Equal(answer.GetProperty("expected_loss").GetProperty("value").GetDouble(), expected[0], 1e-13);
        Close.All(exact, sum, 1e-12, 1e-14);
    }

    [Fact]
    public void Leave_one_out_is_the_worked_answer()
    {
        var answer = WorkedAnswers.Item("5_op_selection").GetProperty("reinforce_leave_one_out");
        double[] found = Estimate(Logits, answer.GetProperty("samples").FlatIndices(), answer.GetProperty("costs").Flat(), SampleBaseline.LeaveOneOut).Gradient;
        Close.All(answer.GetProperty("grad").Flat(), found, 1e-12);
    }

    [Theory]
    [InlineData(SampleBaseline.None)]
    [InlineData(SampleBaseline.LeaveOneOut)]
    public void Many_estimates_scatter_around_the_exact_gradient_as_their_variance_says(SampleBaseline baseline)
    {
        const int Runs = 4000;
        const int Samples = 8;
        (var expected, var exact) = (new double[1], new double[3]);
        ScoreFunction.Expect<double>(Logits, Costs, 3, expected, exact);
        double[] estimates = new double[Runs];
        double promised = 0;
        for (int run = 0; run < Runs; run++)
        {
            var actions = new int[Samples];
            ScoreFunction.Draw<double>(Logits, 3, Samples, run, actions);
            (double[] gradient, double[] variance) = Estimate(Logits, actions, [.. actions.Select(a => Costs[a])], baseline);
            estimates[run] = gradient[1];
            promised += variance[1] / Runs;
        }

        double mean = estimates.Average();
        double found = estimates.Average(g => (g - mean) * (g - mean));
        Assert.Equal(exact[1], mean, 5 * Math.Sqrt(found / Runs));

        // The terms of leave-one-out share their baseline, so the promise is only near there.
        Assert.Equal(1, promised / found, baseline == SampleBaseline.None ? 0.1 : 0.5);
    }

    [Fact]
    public void A_constant_added_to_the_losses_changes_nothing_under_a_baseline() =>
        Gen.Select(Gen.Int[0, 2].Array[6], Gen.Double[-3, 3].Array[6], Gen.Double[-9, 9]).Sample((actions, losses, constant) =>
        {
            double[] shifted = [.. losses.Select(loss => loss + constant)];
            Close.All(
                Estimate(Logits, actions, losses, SampleBaseline.LeaveOneOut).Gradient, Estimate(Logits, actions, shifted, SampleBaseline.LeaveOneOut).Gradient, 1e-11, 1e-12);
            double[] mean = Estimate(Logits, actions, losses, SampleBaseline.Mean).Gradient;
            Close.All(Estimate(Logits, actions, losses, SampleBaseline.LeaveOneOut).Gradient, [.. mean.Select(g => g * 6 / 5)], 1e-11, 1e-13);
        });

    [Fact]
    public void The_same_seed_draws_the_same_actions_and_a_row_does_not_depend_on_the_others()
    {
        (var two, var one) = (new int[10], new int[5]);
        ScoreFunction.Draw<double>([.. Logits, 1, 2, 3], 3, 5, 11, two);
        ScoreFunction.Draw<double>(Logits, 3, 5, 11, one);
        Assert.Equal(one, two[..5]);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Equal(("actions", 1), Refused(() => Estimate(Logits, [0, 3], [1, 2])));
        Assert.Equal(("baselineMode", -1), Refused(() => Estimate(Logits, [0], [1], SampleBaseline.LeaveOneOut)));
        Assert.Equal(("samples", -1), Refused(() => Estimate(Logits, [], [])));
        Assert.Equal(("logits", 0), Refused(() => ScoreFunction.Draw<double>([1, double.NaN], 2, 1, 0, new int[1])));
        Assert.True(double.IsNaN(Estimate(Logits, [1], [2]).Variance[0]));
    }

    private static (string Operand, int Position) Refused(Action action)
    {
        var wrong = Assert.Throws<OperandException>(action);
        return (wrong.Operand, wrong.Position);
    }

    [Fact]
    public void Moments_are_those_of_the_terms_one_by_one() =>
        Gen.Select(Gen.Double[-3, 3].Array[1, 6], Gen.Int[0, 5].Array[2, 12], Gen.Double[-9, 9].Array[12]).Sample((logits, drawn, costs) =>
        {
            int[] actions = [.. drawn.Select(action => action % logits.Length)];
            double[] losses = costs[..actions.Length];
            (double[] gradient, double[] variance) = Estimate(logits, actions, losses);
            double top = logits.Max();
            double[] p = [.. logits.Select(z => Math.Exp(z - top) / logits.Sum(other => Math.Exp(other - top)))];
            for (int k = 0; k < logits.Length; k++)
            {
                double[] terms = [.. actions.Zip(losses, (a, f) => f * ((a == k ? 1 : 0) - p[k]))];
                double mean = terms.Average();
                Assert.Equal(mean, gradient[k], 1e-12);
                Assert.Equal(terms.Sum(term => (term - mean) * (term - mean)) / (terms.Length - 1) / terms.Length, variance[k], 1e-12);
            }
        });

    [Fact]
    public void Infinite_losses_of_one_sign_have_an_infinite_gradient()
    {
        double[] gradient = Estimate(Logits, [0, 0, 1, 1], [double.PositiveInfinity, double.PositiveInfinity, 1, 2]).Gradient;
        Assert.Equal([double.PositiveInfinity, double.NegativeInfinity, double.NegativeInfinity], gradient);
    }

    [Fact]
    public void Equal_terms_have_a_variance_of_exactly_0()
    {
        double[] variance = Estimate(Logits, [2, 2, 2, 2, 2], [.1, .1, .1, .1, .1]).Variance;
        Assert.All(variance, value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_million_samples_of_ten_thousand_candidates_take_a_pass_over_each()
    {
        const int Candidates = 10_000;
        const int Samples = 1_000_000;
        double[] logits = [.. Enumerable.Range(0, Candidates).Select(k => Math.Sin(k))];
        double[] losses = [.. Enumerable.Range(0, Samples).Select(s => s % 7.0)];
        var actions = new int[Samples];
        ScoreFunction.Draw<double>(logits, Candidates, Samples, 3, actions);
        (double[] gradient, double[] variance) = Estimate(logits, actions, losses, SampleBaseline.Mean);
        Assert.Equal(0, gradient.Sum(), 1e-12);
        Assert.All(variance, value => Assert.True(value > 0));
    }

    [Fact]
    public void More_candidates_than_there_is_room_for_are_refused()
    {
        OperandException error = Assert.Throws<OperandException>(() => ScoreFunction.Draw<double>(new double[(1 << 20) + 1], (1 << 20) + 1, 1, 1, new int[1]));
        Assert.Equal("1048577 candidates were found; at most 1048576 are possible. Is the last axis the right one?", error.Message);
    }

    [Fact]
    public void A_cancelled_estimate_stops()
    {
        var execution = new Execution(1, new CancellationToken(canceled: true));
        Assert.Throws<OperationCanceledException>(() => ScoreFunction.Draw<double>(Logits, 3, 4, 1, new int[4], execution));
        Assert.Throws<OperationCanceledException>(() => ScoreFunction.Evaluate<double>(Logits, [0], Costs.AsSpan(0, 1), 3, 1, SampleBaseline.None, new double[1], default, default, default, execution));
    }
}
