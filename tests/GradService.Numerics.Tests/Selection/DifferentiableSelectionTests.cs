using CsCheck;
using GradService.Numerics.Checking;
using GradService.Numerics.Selection;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Selection;

public sealed class DifferentiableSelectionTests
{
    private static readonly double[] Logits = [.44, -.38, .65];
    private static readonly double[] Values = [2.89, 0.991664810452469, 4.1];

    private static (double[] P, int Chosen) Weigh(double[] logits, double[]? noise = null, double temperature = 1)
    {
        (var p, var chosen) = (new double[logits.Length], new int[1]);
        DifferentiableSelection.Weigh<double>(logits, noise, logits.Length, temperature, p, chosen);
        return (p, chosen[0]);
    }

    private static double[] Gradient(double[] p, double[] values, double upstream, double temperature = 1)
    {
        var gradient = new double[p.Length];
        DifferentiableSelection.BackwardToLogits<double>(p, values, [upstream], p.Length, 1, temperature, gradient);
        return gradient;
    }

    [Fact]
    public void The_soft_selection_is_the_worked_answer()
    {
        var answer = WorkedAnswers.Item("5_op_selection");
        double[] p = Weigh(Logits).P;
        Close.All(answer.GetProperty("probs").Flat(), p, 1e-14);
        var output = new double[1];
        DifferentiableSelection.Mix<double>(p, Values, 3, 1, output);
        Assert.Equal(answer.GetProperty("soft").GetProperty("output").GetDouble(), output[0], 1e-14);
        Close.All(answer.GetProperty("soft").GetProperty("grad_logits").Flat(), Gradient(p, Values, 2 * (output[0] - 4)), 1e-12);
    }

    [Fact]
    public void The_straight_through_gradient_is_the_worked_answer()
    {
        var answer = WorkedAnswers.Item("5_op_selection");
        (double[] p, int chosen) = Weigh(Logits);
        Assert.Equal(2, chosen);
        Close.All(answer.GetProperty("straight_through").GetProperty("grad_logits").Flat(), Gradient(p, Values, 2 * (4.1 - 4)), 1e-12);
    }

    [Fact]
    public void The_Gumbel_softmax_is_the_worked_answer()
    {
        var gumbel = WorkedAnswers.Item("5_op_selection").GetProperty("gumbel");
        var noise = new double[3];
        GumbelNoise.From<double>(gumbel.GetProperty("uniforms").Flat(), noise);
        Close.All(gumbel.GetProperty("gumbels").Flat(), noise, 1e-13);
        (double[] p, int chosen) = Weigh(Logits, noise, gumbel.GetProperty("tau").GetDouble());
        Close.All(gumbel.GetProperty("soft_sample").Flat(), p, 1e-13);
        Assert.Equal(1, chosen);
        Close.All(gumbel.GetProperty("grad_hard_ST").Flat(), Gradient(p, Values, 2 * (Values[1] - 4), 0.5), 1e-12);
        double soft = p.Zip(Values, (weight, value) => weight * value).Sum();
        Close.All(gumbel.GetProperty("grad_soft").Flat(), Gradient(p, Values, 2 * (soft - 4), 0.5), 1e-12);
    }

    [Fact]
    public void Gradients_agree_with_finite_differences() =>
        Gen.Select(Gen.Double[-3, 3].Array[8], Gen.Double[-3, 3].Array[24], Gen.Double[-2, 2].Array[6], Gen.Double[0.3, 3]).Sample((logits, values, upstream, temperature) =>
        {
            (var p, var chosen, var output) = (new double[8], new int[2], new double[6]);
            double Objective()
            {
                DifferentiableSelection.Weigh<double>(logits, default, 4, temperature, p, chosen);
                DifferentiableSelection.Mix<double>(p, values, 4, 3, output);
                return output.Zip(upstream, (o, u) => o * u).Sum();
            }

            Objective();
            (var byLogits, var byValues) = (new double[8], new double[24]);
            DifferentiableSelection.BackwardToLogits<double>(p, values, upstream, 4, 3, temperature, byLogits);
            DifferentiableSelection.BackwardToCandidates<double>(p, upstream, 4, 3, byValues);
            Assert.True(GradientCheck.Evaluate(logits, byLogits, Objective).Passed);
            Assert.True(GradientCheck.Evaluate(values, byValues, Objective).Passed);
        });

    [Fact]
    public void A_tie_goes_to_the_lowest_index_and_one_candidate_is_certain()
    {
        Assert.Equal(1, Weigh([1, 2, 2]).Chosen);
        (double[] p, int chosen) = Weigh([-5]);
        Assert.Equal([1.0], p);
        Assert.Equal(0, chosen);
        Assert.Equal([0.0], Gradient(p, [7], 3));
    }

    [Fact]
    public void A_candidate_without_weight_cannot_spoil_the_sum()
    {
        (double[] p, _) = Weigh([0, double.NegativeInfinity, 0]);
        double[] values = [1, double.NaN, 3];
        var output = new double[1];
        DifferentiableSelection.Mix<double>(p, values, 3, 1, output);
        Assert.Equal([2.0], output);
        Assert.Equal([-0.5, 0, 0.5], Gradient(p, values, 1));
    }

    [Fact]
    public void Noise_of_a_row_does_not_depend_on_how_many_rows_there_are()
    {
        (var two, var one) = (new double[8], new double[4]);
        GumbelNoise.Draw(9, 4, two);
        GumbelNoise.Draw(9, 4, one);
        Assert.Equal(one, two[..4]);
        Assert.NotEqual(one, two[4..]);
    }

    [Fact]
    public void Noisy_arg_maxima_are_draws_from_the_softmax()
    {
        const int Rows = 50_000;
        double[] logits = [.. Enumerable.Repeat(Logits, Rows).SelectMany(row => row)];
        (var noise, var p, var chosen) = (new double[3 * Rows], new double[3 * Rows], new int[Rows]);
        GumbelNoise.Draw(4, 3, noise);
        DifferentiableSelection.Weigh<double>(logits, noise, 3, 1, p, chosen);
        double[] expected = Weigh(Logits).P;
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(expected[k], chosen.Count(choice => choice == k) / (double)Rows, 0.01);
        }
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Equal("temperature", Assert.Throws<OperandException>(() => Weigh([1, 2], null, 0)).Operand);
        Assert.Equal("temperature", Assert.Throws<OperandException>(() => Weigh([1, 2], null, double.PositiveInfinity)).Operand);
        Assert.Equal("logits", Assert.Throws<OperandException>(() => Weigh([])).Operand);
        var wrong = Assert.Throws<OperandException>(() => GumbelNoise.From<double>([.5, 0], new double[2]));
        Assert.Equal(("uniforms", 1), (wrong.Operand, wrong.Position));
    }
}
