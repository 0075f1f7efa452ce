using CsCheck;
using GradService.Numerics.Checking;

namespace GradService.Numerics.Tests.Checking;

public sealed class GradientCheckTests
{
    private static GradientCheckResult Check(double[] x, double[] gradient, Func<double> objective, double tolerance = GradientCheck.DefaultTolerance) =>
        GradientCheck.Evaluate(x, gradient, objective, tolerance: tolerance, cancellation: TestContext.Current.CancellationToken);

    [Fact]
    public void A_right_gradient_passes_and_the_input_is_given_back() => Gen.Double[-20, 20].Array[1, 12].Sample(x =>
    {
        double[] before = [.. x];
        var found = Check(x, [.. x.Select(v => Math.Cos(v) + 2 * v)], () => x.Sum(v => Math.Sin(v) + v * v));
        Assert.True(found.Passed, found.ToString());
        Assert.Equal(before, x);
        Assert.Equal((x.Length, x.Length), (found.Checked, found.Elements));
    });

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1.0)]
    [InlineData(100.0)]
    public void A_gradient_wrong_in_one_element_fails_there(double size)
    {
        double[] x = [0.3, -0.7, 1.1];
        double[] gradient = [.. x.Select(v => size * Math.Exp(v))];
        gradient[1] *= 1 + 1e-3;
        var found = Check(x, gradient, () => size * x.Sum(Math.Exp));
        Assert.False(found.Passed);
        Assert.Equal(1, found.Position);
        Assert.Equal(gradient[1], found.Analytic);
        Assert.Equal(size * Math.Exp(-0.7), found.Numeric, size * 1e-5);
        Assert.Equal(gradient[1] - gradient[1] / (1 + 1e-3), found.MaxAbsoluteError, size * 1e-5);
        Assert.Equal(found.MaxAbsoluteError / gradient[2], found.MaxRelativeError, 1e-12);
    }

    [Fact]
    public void The_gradient_of_a_mean_over_many_is_not_taken_for_zero()
    {
        double[] x = [.. Enumerable.Range(0, 5000).Select(i => Math.Sin(i))];
        double[] right = [.. x.Select(v => 2 * v / 5000)];
        Assert.True(Check(x, right, () => x.Sum(v => v * v) / 5000).Passed);
        Assert.False(Check(x, new double[5000], () => x.Sum(v => v * v) / 5000).Passed);
        Assert.False(Check(x, [.. right.Select(g => -g)], () => x.Sum(v => v * v) / 5000).Passed);
        Assert.False(Check(x, [.. right.Select(g => 1.01 * g)], () => x.Sum(v => v * v) / 5000).Passed);
    }

    [Fact]
    public void A_transposed_gradient_fails()
    {
        double[] x = [1, 2, 3, 4];
        Assert.True(Check(x, [2, 4, 6, 8], () => x.Sum(v => v * v)).Passed);
        Assert.False(Check(x, [2, 6, 4, 8], () => x.Sum(v => v * v)).Passed);
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e6)]
    public void Large_inputs_are_stepped_in_proportion(double shift)
    {
        double[] x = [shift, shift + 0.5, shift - 1];
        double[] p = Softmax(x);
        Assert.True(Check(x, p, () => LogSumExp(x)).Passed);
        p[0] += 1e-4;
        Assert.False(Check(x, p, () => LogSumExp(x)).Passed);
    }

    [Fact]
    public void Rounding_in_a_long_sum_is_allowed_for()
    {
        double[] x = [.. Enumerable.Range(0, 9000).Select(i => 1000 + Math.Cos(i))];
        double[] right = [.. x.Select(_ => 1.0)];
        Assert.True(Check(x, right, () => x.Sum()).Passed);
        right[4321] += 1e-2;
        var found = Check(x, right, () => x.Sum());
        Assert.False(found.Passed);
        Assert.Equal(4321, found.Position);
    }

    [Fact]
    public void A_small_gradient_of_a_large_value_is_told_from_a_wrong_one_as_far_as_rounding_lets()
    {
        double[] x = [0.5];
        Assert.True(Check(x, [1e-4], () => 1e6 + 1e-4 * x[0]).Passed);
        Assert.False(Check(x, [0.01], () => 1e6 + 1e-4 * x[0]).Passed);
    }

    [Fact]
    public void A_coarse_step_is_made_up_for_by_the_fourth_order()
    {
        double[] x = [0.3, -0.7];
        double[] gradient = [.. x.Select(Math.Exp)];
        Assert.True(GradientCheck.Evaluate(x, gradient, () => x.Sum(Math.Exp), 1e-2, cancellation: TestContext.Current.CancellationToken).Passed);
    }

    [Fact]
    public void A_large_input_is_sampled_at_the_same_positions_every_time()
    {
        double[] x = [.. Enumerable.Range(0, 10_001).Select(i => i * 1e-4)];
        var gradient = new double[x.Length];
        Array.Fill(gradient, 1.0);
        int evaluations = 0;
        double Sum()
        {
            evaluations++;
            return x.Sum();
        }

        var first = Check(x, gradient, Sum);
        Assert.InRange(first.Checked, 256, 257);
        Assert.Equal(10_001, first.Elements);
        Assert.True(first.Passed, first.ToString());
        int before = evaluations;
        Assert.Equal(first, Check(x, gradient, Sum));
        Assert.Equal(2 * before, evaluations);
        Assert.Equal(10_000, Check(x[..10_000], gradient[..10_000], () => 0, 10).Checked);
    }

    [Fact]
    public void A_sample_has_the_position_of_the_largest_gradient()
    {
        for (int at = 0; at < 20_000; at += 1999)
        {
            var x = new double[20_000];
            var gradient = new double[20_000];
            gradient[at] = -0.01;
            var found = Check(x, gradient, () => 0);
            Assert.False(found.Passed);
            Assert.Equal((at, -0.01, 0.0), (found.Position, found.Analytic, found.Numeric));
        }
    }

    [Fact]
    public void Not_a_number_agrees_with_nothing()
    {
        double[] x = [1];
        Assert.Equal((false, double.PositiveInfinity), (Check(x, [double.NaN], () => double.NaN).Passed, Check(x, [double.NaN], () => double.NaN).MaxAbsoluteError));
        var found = Check(x, [double.NaN], () => x[0]);
        Assert.False(found.Passed);
        Assert.Equal(double.PositiveInfinity, found.MaxAbsoluteError);
        Assert.Equal(0, found.Position);
        Assert.False(Check(x, [1], () => double.NaN).Passed);
        Assert.False(Check(x, [double.PositiveInfinity], () => x[0]).Passed);
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(0)]
    [InlineData(-1)]
    public void At_the_edge_of_a_clip_a_slope_to_one_side_or_between_passes_and_is_counted(double gradient)
    {
        double[] p = [0.5, 0.25];
        var found = Check(p, [-2, gradient], () => p.Sum(v => -Math.Log(Math.Max(v, 0.25))));
        Assert.True(found.Passed, found.ToString());
        Assert.Equal((1, 1), (found.Kinks, found.FirstKink));
    }

    [Theory]
    [InlineData(-4.01)]
    [InlineData(0.01)]
    public void At_the_edge_of_a_clip_no_other_slope_passes(double gradient)
    {
        double[] p = [0.25];
        var found = Check(p, [gradient], () => -Math.Log(Math.Max(p[0], 0.25)));
        Assert.Equal((false, 0), (found.Passed, found.Kinks));
    }

    [Fact]
    public void A_clip_far_below_the_step_is_seen()
    {
        double[] p = [0, 1e-7, 2e-7];
        double Loss() => p.Sum(v => -Math.Log(Math.Max(v, 1e-7)));
        Assert.True(Check(p, [0, -1e7, -5e6], Loss).Passed, Check(p, [0, -1e7, -5e6], Loss).ToString());
        Assert.False(Check(p, [0, -1e7, -5.001e6], Loss).Passed);
        Assert.False(Check(p, [0, -1.001e7, -5e6], Loss).Passed);
        Assert.False(Check(p, [1e5, -1e7, -5e6], Loss).Passed);
    }

    [Fact]
    public void A_jump_is_no_kink()
    {
        double[] x = [1];
        Assert.False(Check(x, [1000], () => x[0] >= 1 ? 1 : 0).Passed);
    }

    [Fact]
    public void A_strong_curve_is_no_kink()
    {
        double[] p = [1e-5];
        Assert.Equal((true, 0), (Check(p, [-1e5], () => -Math.Log(p[0])).Passed, Check(p, [-1e5], () => -Math.Log(p[0])).Kinks));
        Assert.False(Check(p, [-1.01e5], () => -Math.Log(p[0])).Passed);
        Assert.False(Check(p, [-0.99e5], () => -Math.Log(p[0])).Passed);
    }

    [Fact]
    public void An_infinite_element_is_not_compared()
    {
        double[] x = [double.NegativeInfinity, 2];
        var found = Check(x, [0, 1], () => x[1]);
        Assert.True(found.Passed, found.ToString());
        Assert.Equal((1, 2), (found.Checked, found.Elements));
        double[] nothing = [double.NaN];
        var none = Check(nothing, [0], () => 0);
        Assert.False(none.Passed);
        Assert.Equal((0, -1), (none.Checked, none.Position));
    }

    [Fact]
    public void An_empty_input_passes()
    {
        var found = Check([], [], () => throw new InvalidOperationException("There is nothing to evaluate."));
        Assert.True(found.Passed);
        Assert.Equal((0, 0, -1), (found.Checked, found.Elements, found.Position));
    }

    [Fact]
    public void A_perfect_gradient_still_says_where_it_looked()
    {
        double[] x = [0.0, 0.0];
        var found = Check(x, [0, 0], () => 5);
        Assert.Equal((true, 0, 0.0, 0.0), (found.Passed, found.Position, found.MaxAbsoluteError, found.MaxRelativeError));
    }

    [Fact]
    public void The_input_is_given_back_when_the_objective_fails()
    {
        double[] x = [1, 2];
        int calls = 0;
        Assert.Throws<InvalidOperationException>(() => Check(x, [1, 1], () => ++calls == 3 ? throw new InvalidOperationException("No.") : x.Sum()));
        Assert.Equal([1, 2], x);
    }

    [Fact]
    public void A_cancelled_check_stops()
    {
        using var source = new CancellationTokenSource();
        double[] x = [1, 2, 3];
        int calls = 0;
        Assert.Throws<OperationCanceledException>(() => GradientCheck.Evaluate(
            x,
            [1, 1, 1],
            () =>
            {
                if (++calls == 2)
                {
                    source.Cancel();
                }

                return x.Sum();
            },
            cancellation: source.Token));
        Assert.Equal(2, calls);
        Assert.Equal([1, 2, 3], x);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1e-6)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_step_is_a_finite_number_above_0(double step) =>
        Assert.Equal("step", Assert.Throws<OperandException>(() => GradientCheck.Evaluate(new double[1], new double[1], () => 0, step, cancellation: TestContext.Current.CancellationToken)).Operand);

    [Theory]
    [InlineData(-1e-6)]
    [InlineData(double.NaN)]
    public void A_tolerance_is_not_negative(double tolerance) =>
        Assert.Equal("tolerance", Assert.Throws<OperandException>(() => Check([1], [1], () => 0, tolerance)).Operand);

    private static double LogSumExp(double[] x)
    {
        double highest = x.Max();
        return highest + Math.Log(x.Sum(v => Math.Exp(v - highest)));
    }

    private static double[] Softmax(double[] x) => [.. x.Select(v => Math.Exp(v - LogSumExp(x)))];
}
