using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

/// <summary>FP32 logits against class indices, computed in FP32 where that is wide enough: beside FP64 arithmetic on the same numbers.</summary>
public sealed class SingleSoftmaxLossTests
{
    private static readonly AxisView[] Views = [new(2, 12, 731), new(1500, 12, 1), new(2401, 7, 1), new(300, 3, 20), new(1, 256, 71), new(2, 2, 4200), new(16400, 1, 1)];

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(300)]
    [InlineData(1e30)]
    public void Losses_and_gradients_are_within_three_units_of_the_last_place(double scale)
    {
        foreach (AxisView view in Views)
        {
            foreach (Reduction reduction in Enum.GetValues<Reduction>())
            {
                var options = new CrossEntropyOptions { Reduction = reduction, Examples = 3 };
                AssertClose(Problems.Random(3, view, options, sampleWeight: reduction != Reduction.Sum, upstream: true, scale: scale));
            }
        }
    }

    [Fact]
    public void A_position_that_is_nearly_certain_keeps_its_digits()
    {
        const int Positions = 20_000;
        double[] logits = [.. Enumerable.Range(0, 12 * Positions).Select(at => (double)(float)((at % 12 == 5 ? at * 90.0 / (12 * Positions) : 0) - (0.01 * (at % 97))))];
        int[] labels = [.. Enumerable.Range(0, Positions).Select(at => at % 4 == 0 ? at % 12 : 5)];
        AssertClose(new Problem(new AxisView(Positions, 12, 1), logits, new CrossEntropyOptions { Reduction = Reduction.None }) { Labels = labels });
    }

    // The others' sum is then what the sum of all lost by rounding, or a part of it.
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(40)]
    [InlineData(150)]
    [InlineData(256)]
    public void However_certain_the_label_the_others_keep_their_digits(int classes)
    {
        foreach (double spread in new[] { 0, 0.3, 6 })
        {
            Problem problem = Certain(new AxisView(20_000 / classes * 4, classes, 1), spread);
            AssertClose(problem);
            AssertClose(problem with { View = new AxisView(1, classes, problem.Labels.Length), Logits = Transposed(problem.Logits, classes) });
            foreach (double gamma in new[] { 0.5, 1, 2 })
            {
                double ulps = 3 * (1 + gamma);
                AssertClose(Evaluation.OfFocal<double>(problem, gamma), Evaluation.OfFocal<float>(problem, gamma), ulps, ulps);
            }
        }
    }

    // Their exponentials' errors are one, which the sum then has too, and another class's may be on the other side.
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(256)]
    public void Where_all_classes_but_two_have_one_score_gradients_are_within_four_and_a_half_units(int classes)
    {
        var random = new Random(classes);
        float Score() => (float)((random.NextDouble() * 0.7) - 0.35);
        var view = new AxisView(4000 * 16 / classes * 4, classes, 1);
        double[] logits = new double[view.Length];
        int[] labels = new int[view.Positions];
        for (int position = 0; position < view.Positions; position++)
        {
            // The second is one of which it is known that it is 3.8 units off.
            (float one, float other, float all) = position % 2 == 0 ? (Score(), Score(), Score()) : (0.11693747f, -0.23685567f, -0.22193445f);
            Span<double> scores = logits.AsSpan(position * classes, classes);
            scores.Fill(all);
            (scores[0], scores[1]) = (one, other);
            labels[position] = random.Next(classes);
        }

        var problem = new Problem(view, logits, new CrossEntropyOptions { Reduction = Reduction.None }) { Labels = labels };
        AssertClose(Evaluation.Of<double>(problem), Evaluation.Of<float>(problem), 3, 4.5);
    }

    [Fact]
    public void What_a_position_gives_does_not_depend_on_how_certain_those_beside_it_are()
    {
        var view = new AxisView(3000, 12, 1);
        Problem problem = Certain(view, spread: 1);
        Evaluation whole = Evaluation.Of<float>(problem);
        for (int other = 0; other < 16; other++)
        {
            double[] logits = [.. problem.Logits];
            for (int position = 0; position < view.Positions; position++)
            {
                if (position % 16 != other)
                {
                    logits.AsSpan(position * 12, 12).Clear();
                }
            }

            Evaluation alone = Evaluation.Of<float>(problem with { Logits = logits });
            for (int position = other; position < view.Positions; position += 16)
            {
                Assert.Equal(whole.Losses[position], alone.Losses[position]);
                Assert.Equal(whole.Gradient.AsSpan(position * 12, 12), alone.Gradient.AsSpan(position * 12, 12));
            }
        }
    }

    // Where FP32 is too narrow the position's tile is done in FP64, those beside it are not.
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e38)]
    [InlineData(-3e38)]
    public void What_is_no_ordinary_number_stays_where_it_is(double value)
    {
        foreach (AxisView view in Views.Where(view => view.Count > 1))
        {
            for (int at = 0; at < view.Length; at += 1 + (view.Length / 7))
            {
                Problem problem = Problems.Random(at, view, new CrossEntropyOptions { Reduction = Reduction.None });
                problem.Logits[at] = (float)value;
                AssertClose(problem);
            }
        }
    }

    [Fact]
    public void A_factor_beyond_the_largest_number_still_gives_the_gradients_that_are_within()
    {
        Problem problem = Problems.Random(5, new AxisView(6000, 3, 1), new CrossEntropyOptions { Reduction = Reduction.Sum }, sampleWeight: true);
        new double[] { 0, 60, 0 }.CopyTo(problem.Logits, 0);
        problem = problem with { Labels = [2, .. problem.Labels.AsSpan(1)], Weight = [1e38f, 1e38f, 1e38f], SampleWeight = [10, .. problem.SampleWeight.AsSpan(1)] };
        AssertClose(problem);
        Assert.Equal(1e39 * Math.Exp(-60), Evaluation.Of<float>(problem).Gradient[0], 1e-6 * 1e13);
    }

    [Fact]
    public void A_gradient_is_known_to_be_finite_only_where_it_is()
    {
        var view = new AxisView(2, 12, 731);
        Problem problem = Problems.Random(7, view, new CrossEntropyOptions { Reduction = Reduction.Sum }, upstream: true);
        Assert.True(Evaluation.Of<float>(problem).Summary.HasFiniteGradient);
        foreach (double upstream in new[] { 3e38, double.PositiveInfinity, double.NaN })
        {
            Evaluation found = Evaluation.Of<float>(problem with { Upstream = [upstream], Weight = [.. Enumerable.Repeat(3.0, 12)] });
            Assert.False(found.Summary.HasFiniteGradient);
            Assert.Contains(found.Gradient, value => !double.IsFinite(value));
        }

        problem.Logits[^1] = double.NaN;
        Assert.False(Evaluation.Of<float>(problem).Summary.HasFiniteGradient);
    }

    // From a label that is one of many to one that is 60 above all others.
    private static Problem Certain(AxisView view, double spread)
    {
        var random = new Random(view.Count);
        int[] labels = [.. Enumerable.Range(0, view.Positions).Select(_ => random.Next(view.Count))];
        double[] logits = new double[view.Length];
        for (int position = 0; position < view.Positions; position++)
        {
            for (int c = 0; c < view.Count; c++)
            {
                logits[(position * view.Count) + c] = c == labels[position] ? 0 : (float)((-60.0 * position / view.Positions) - (spread * random.NextDouble()));
            }
        }

        return new Problem(view, logits, new CrossEntropyOptions { Reduction = Reduction.None }) { Labels = labels };
    }

    private static double[] Transposed(double[] logits, int classes) =>
        [.. Enumerable.Range(0, classes).SelectMany(c => Enumerable.Range(0, logits.Length / classes).Select(position => logits[(position * classes) + c]))];

    private static void AssertClose(Problem problem)
    {
        Evaluation wide = Evaluation.Of<double>(problem);
        Evaluation narrow = Evaluation.Of<float>(problem);
        Assert.Equal(wide.Summary.Loss, narrow.Summary.Loss, double.IsFinite(wide.Summary.Loss) ? 2e-7 * Math.Abs(wide.Summary.Loss) : 0);
        AssertClose(wide, narrow, 3, 3);
    }

    private static void AssertClose(Evaluation wide, Evaluation narrow, double ofLosses, double ofGradient)
    {
        AssertClose(wide.Losses, narrow.Losses, ofLosses, "loss");
        AssertClose(wide.Gradient, narrow.Gradient, ofGradient, "gradient");
    }

    private static void AssertClose(double[] expected, double[] found, double ulps, string what)
    {
        for (int at = 0; at < expected.Length; at++)
        {
            bool close = float.IsFinite((float)expected[at]) ? Evaluation.Ulps(expected[at], found[at]) <= ulps : ((float)expected[at]).Equals((float)found[at]);
            Assert.True(close, $"{what}[{at}] is {expected[at]:R}, not {found[at]:R}.");
        }
    }
}
