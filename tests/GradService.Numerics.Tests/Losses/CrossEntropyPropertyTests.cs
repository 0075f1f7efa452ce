using CsCheck;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

public sealed class CrossEntropyPropertyTests
{
    private static readonly Gen<(int Seed, int Outer, int Classes, int Inner, bool Shares, double Smoothing)> Any =
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 40], Gen.Int[1, 30], Gen.Int[1, 40], Gen.Bool, Gen.Bool.Select(smooth => smooth ? 0.1 : 0));

    [Fact]
    public void A_constant_added_to_all_logits_of_a_position_changes_nothing() => Any.Sample(
        a =>
        {
            Problem problem = Make(a);
            Problem shifted = problem with { Logits = [.. problem.Logits.Select(z => z + 1024)] };
            Evaluation before = Evaluation.Of<double>(problem);
            Evaluation after = Evaluation.Of<double>(shifted);
            Assert.True(Same(before.Summary.Loss, after.Summary.Loss, 1e-11));
            Assert.True(Evaluation.Distance(before.Gradient, after.Gradient) < 1e-11);
        },
        iter: 100);

    [Fact]
    public void The_gradient_of_a_position_adds_up_to_zero() => Any.Sample(
        a =>
        {
            Problem problem = Make(a);
            double[] gradient = Evaluation.Of<double>(problem).Gradient;
            double largest = gradient.Select(Math.Abs).Max();
            AxisView view = problem.View;
            for (int position = 0; position < view.Positions; position++)
            {
                double sum = Enumerable.Range(0, view.Count).Sum(c => gradient[(((position / view.Inner * view.Count) + c) * view.Inner) + (position % view.Inner)]);
                Assert.True(Math.Abs(sum) <= 1e-14 * view.Count * largest);
            }
        },
        iter: 100);

    [Fact]
    public void The_sum_is_linear_in_the_weights() => Any.Sample(
        a =>
        {
            Problem problem = Make(a, Reduction.Sum);
            double[] other = [.. problem.Weight.Select((_, c) => c + 0.5)];
            double one = Evaluation.Of<double>(problem).Summary.Loss;
            double two = Evaluation.Of<double>(problem with { Weight = other }).Summary.Loss;
            double both = Evaluation.Of<double>(problem with { Weight = [.. problem.Weight.Zip(other, (w, v) => (3 * w) - v)] }).Summary.Loss;
            Assert.True(Same((3 * one) - two, both, 1e-12 * (1 + Math.Abs(one) + Math.Abs(two))));
        },
        iter: 100);

    [Fact]
    public void Permuting_the_examples_permutes_the_gradient() => Any.Sample(
        a =>
        {
            Problem problem = Make((a.Seed, a.Outer, a.Classes, 1, false, a.Smoothing));
            int[] order = [.. Enumerable.Range(0, a.Outer).Reverse()];
            Problem turned = problem with
            {
                Logits = [.. order.SelectMany(o => problem.Logits.Skip(o * a.Classes).Take(a.Classes))],
                Labels = [.. order.Select(o => problem.Labels[o])],
            };
            Evaluation before = Evaluation.Of<double>(problem);
            Evaluation after = Evaluation.Of<double>(turned);
            Assert.True(Same(before.Summary.Loss, after.Summary.Loss, 1e-14 * (1 + Math.Abs(before.Summary.Loss))));
            double[] back = [.. order.SelectMany(o => after.Gradient.Skip(o * a.Classes).Take(a.Classes))];
            Assert.True(Evaluation.Distance(before.Gradient, back) <= 1e-14);
        },
        iter: 100);

    [Fact]
    public void Both_layouts_give_the_same_bits() => Any.Sample(
        a =>
        {
            Problem first = Make((a.Seed, 1, a.Classes, a.Outer, false, a.Smoothing), Reduction.None);
            double[] Turn(double[] values, int rows, int columns) => [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];
            Problem last = first with { View = new AxisView(a.Outer, a.Classes, 1), Logits = Turn(first.Logits, a.Classes, a.Outer) };
            Evaluation one = Evaluation.Of<float>(first);
            Evaluation other = Evaluation.Of<float>(last);
            Assert.Equal(one.Losses, other.Losses);
            Assert.Equal(Turn(one.Gradient, a.Classes, a.Outer), other.Gradient);
        },
        iter: 100);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_number_of_threads_changes_no_bit(bool shares)
    {
        foreach (AxisView view in new AxisView[] { new(70_001, 5, 1), new(3, 5, 30_011) })
        {
            Problem problem = Problems.Random(7, view, new CrossEntropyOptions { LabelSmoothing = shares ? 0.1 : 0 }, shares, sampleWeight: true);
            Evaluation one = Evaluation.Of<float>(problem);
            foreach (int threads in new[] { 2, 3 })
            {
                Evaluation several = Evaluation.Of<float>(problem, threads);
                Assert.Equal(one.Summary, several.Summary);
                Assert.True(one.Gradient.AsSpan().SequenceEqual(several.Gradient));
            }
        }
    }

    [Fact]
    public void Leaving_the_gradient_out_changes_no_bit_of_the_loss() => Any.Sample(
        a =>
        {
            Problem problem = Make(a, Reduction.None);
            Evaluation with = Evaluation.Of<float>(problem);
            Evaluation without = Evaluation.Of<float>(problem, wantsGradient: false);
            Assert.Equal(with.Summary, without.Summary);
            Assert.Equal(with.Losses, without.Losses);
        },
        iter: 100);

    [Fact]
    public void The_gradient_is_the_slope_of_the_loss() => Any.Sample(
        a =>
        {
            Problem problem = Make((a.Seed, 3, Math.Max(2, a.Classes % 7), 2, a.Shares, a.Smoothing));
            double[] gradient = Evaluation.Of<double>(problem).Gradient;
            for (int at = 0; at < gradient.Length; at++)
            {
                double At(double step)
                {
                    double[] moved = [.. problem.Logits];
                    moved[at] += step;
                    return Evaluation.Of<double>(problem with { Logits = moved }, wantsGradient: false).Summary.Loss;
                }

                Assert.True(Math.Abs(((At(1e-5) - At(-1e-5)) / 2e-5) - gradient[at]) < 1e-8);
            }
        },
        iter: 20);

    private static Problem Make((int Seed, int Outer, int Classes, int Inner, bool Shares, double Smoothing) a, Reduction reduction = Reduction.Mean)
    {
        Problem problem = Problems.Random(a.Seed, new AxisView(a.Outer, a.Classes, a.Inner), new CrossEntropyOptions { LabelSmoothing = a.Smoothing, Reduction = reduction }, a.Shares);

        // At least one element counts, so that no mean is 0/0.
        return a.Shares ? problem : problem with { Labels = [0, .. problem.Labels.Skip(1)] };
    }

    private static bool Same(double a, double b, double tolerance) => Math.Abs(a - b) <= tolerance;
}
