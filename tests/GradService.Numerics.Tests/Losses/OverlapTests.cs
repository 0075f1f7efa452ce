using CsCheck;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

public sealed class OverlapTests
{
    private sealed record Case(Problem Problem, OverlapOptions Options);

    private static readonly Gen<OverlapOptions> Index = Gen.OneOf(
        Gen.Const(OverlapOptions.Dice), Gen.Const(OverlapOptions.Jaccard), Gen.Select(Gen.Double[0, 2], Gen.Double[0, 2]).Select((a, b) => OverlapOptions.Tversky(a, b)));

    private static readonly Gen<Case> Any = Gen.Select(
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 6], Gen.Int[2, 12], Gen.Int[1, 40], Gen.Bool),
        Index,
        Gen.Select(Gen.Double[0.01, 2], Gen.Bool, Gen.Bool, Gen.Enum<OverlapAverage>()),
        (shape, index, choice) => new Case(
            Problems.Random(shape.Item1, new AxisView(shape.Item2, shape.Item3, shape.Item4), new CrossEntropyOptions(), shape.Item5),
            index with { Smooth = choice.Item1, Squared = choice.Item2, IncludeBackground = choice.Item3, Average = choice.Item4, Images = shape.Item2 }));

    [Fact]
    public void The_losses_are_those_of_the_textbook() => Any.Sample(
        a =>
        {
            (OverlapSummary summary, double[] perClass, _) = Run<double>(a);
            double[] expected = Textbook(a);
            Close.All(expected, perClass, 1e-12, 1e-13);
            Close.All([expected.Average()], [summary.Loss], 1e-12, 1e-13);
        },
        iter: 200);

    [Fact]
    public void The_gradient_is_the_slope_of_the_loss() => Any.Where(a => a.Problem.View.Length < 200).Sample(
        a =>
        {
            double[] gradient = Run<double>(a).Gradient;
            double factor = a.Options.Average == OverlapAverage.None ? a.Problem.View.Count - (a.Options.IncludeBackground ? 0 : 1) : 1;
            for (int at = 0; at < gradient.Length; at += 3)
            {
                double At(double step)
                {
                    double[] moved = [.. a.Problem.Logits];
                    moved[at] += step;
                    return factor * Run<double>(a with { Problem = a.Problem with { Logits = moved } }).Summary.Loss;
                }

                Assert.True(Math.Abs(((At(1e-5) - At(-1e-5)) / 2e-5) - gradient[at]) < 1e-8);
            }
        },
        iter: 40);

    [Fact]
    public void Tversky_is_Dice_at_a_half_and_Jaccard_at_one() => Any.Sample(
        a =>
        {
            OverlapOptions Like(OverlapOptions index, double smooth) => a.Options with { Smooth = smooth } is var o
                ? index with { Smooth = smooth, Squared = o.Squared, IncludeBackground = o.IncludeBackground, Average = o.Average, Images = o.Images } : index;
            Same(Run<double>(a with { Options = Like(OverlapOptions.Dice, 2) }), Run<double>(a with { Options = Like(OverlapOptions.Tversky(0.5, 0.5), 1) }));
            Same(Run<double>(a with { Options = Like(OverlapOptions.Jaccard, 2) }), Run<double>(a with { Options = Like(OverlapOptions.Tversky(1, 1), 2) }));
        },
        iter: 50);

    [Fact]
    public void Class_indices_are_shares_of_1_and_0() => Any.Where(a => a.Problem.Shares is null).Sample(
        a =>
        {
            AxisView view = a.Problem.View;
            int[] labels = [.. a.Problem.Labels.Select(label => Math.Max(0, label))];
            double[] shares = [.. Enumerable.Range(0, view.Length).Select(i => labels[(i / view.Inner / view.Count * view.Inner) + (i % view.Inner)] == i / view.Inner % view.Count ? 1.0 : 0)];
            var ofIndices = Run<double>(a with { Problem = a.Problem with { Labels = labels } });
            var ofShares = Run<double>(a with { Problem = a.Problem with { Labels = [], Shares = shares } });
            Close.All(ofShares.PerClass, ofIndices.PerClass, 1e-13, 1e-15);
            Close.All(ofShares.Gradient, ofIndices.Gradient, 1e-11, 1e-15);
        },
        iter: 200);

    [Fact]
    public void Both_layouts_and_any_number_of_threads_give_the_same()
    {
        Problem first = Problems.Random(11, new AxisView(1, 5, 60_013), new CrossEntropyOptions());
        double[] turned = [.. Enumerable.Range(0, first.View.Length).Select(i => first.Logits[(i % 5 * 60_013) + (i / 5)])];
        Problem last = first with { View = new AxisView(60_013, 5, 1), Logits = turned };
        var one = Run<float>(new Case(first, OverlapOptions.Dice));
        var three = Run<float>(new Case(first, OverlapOptions.Dice), threads: 3);
        var other = Run<float>(new Case(last, OverlapOptions.Dice), threads: 2);
        Assert.Equal(one.Summary, three.Summary);
        Assert.True(one.Gradient.AsSpan().SequenceEqual(three.Gradient));
        Assert.Equal(one.PerClass, other.PerClass);
        Assert.Equal(one.Gradient, Enumerable.Range(0, turned.Length).Select(i => other.Gradient[(i % 60_013 * 5) + (i / 60_013)]));
    }

    // Enough elements for exponentials in FP32; the larger scales give scores too far apart for that.
    [Theory]
    [InlineData(1e-3)]
    [InlineData(4)]
    [InlineData(39)]
    [InlineData(60)]
    [InlineData(1e30)]
    public void Many_FP32_logits_give_what_FP64_arithmetic_gives(double scale)
    {
        foreach (AxisView view in new AxisView[] { new(2, 12, 731), new(1500, 12, 1), new(2401, 7, 1), new(300, 3, 20), new(1, 256, 71), new(1, 300, 60), new(16400, 1, 1) })
        {
            foreach (OverlapOptions options in new[] { OverlapOptions.Dice, OverlapOptions.Tversky(0.3, 0.7) with { Average = OverlapAverage.None }, OverlapOptions.Jaccard with { Average = OverlapAverage.PerImage, Images = view.Outer % 3 == 0 ? 3 : 1 } })
            {
                var a = new Case(Problems.Random(17, view, new CrossEntropyOptions(), scale: scale), options);
                for (int position = 0; position < view.Positions; position += 100)
                {
                    a.Problem.Labels[position] = -100;
                    a.Problem.Logits[(position / view.Inner * view.Count * view.Inner) + (position % view.Inner)] = double.NaN;
                }

                (OverlapSummary summary, double[] perClass, double[] gradient) = Run<double>(a);
                (OverlapSummary found, float[] foundPerClass, float[] foundGradient) = Run<float>(a);
                Assert.Equal(summary.Counted, found.Counted);
                Assert.Equal(summary.Loss, found.Loss, 1e-7 * summary.Loss);
                Close.All(perClass, [.. foundPerClass.Select(loss => (double)loss)], 1e-6);
                double[] wide = [.. foundGradient.Select(slope => (double)slope)];
                Assert.True(Evaluation.Distance(gradient, wide) <= 4e-7, $"{options} {view}: {Evaluation.Distance(gradient, wide)}");
                Assert.All(Enumerable.Range(0, gradient.Length).Where(at => gradient[at] == 0), at => Assert.Equal(0, foundGradient[at]));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_nearly_perfect_prediction_keeps_the_digits_of_its_loss(bool squared)
    {
        // Two elements, each right but for e^-40: FP = FN = that, or its square under squares.
        double q = Math.Exp(-40);
        var problem = new Problem(new AxisView(2, 2, 1), [40, 0, 0, 40], new CrossEntropyOptions()) { Labels = [0, 1] };
        (OverlapSummary summary, _, double[] gradient) = Run<double>(new Case(problem, OverlapOptions.Dice with { Smooth = 0, Squared = squared }));
        Close.All([squared ? q * q : q], [summary.Loss], 1e-13);

        // dL/dp is -1/4 at a label and 1/4 beside it (squares: -q/2 and q/2); the softmax multiplies their difference by p (1 - p), which is q.
        double slope = squared ? q * q : q / 2;
        Close.All([-slope, slope, slope, -slope], gradient, 1e-13);
    }

    [Fact]
    public void Ignored_elements_are_as_if_they_were_not_there()
    {
        var problem = new Problem(new AxisView(4, 2, 1), [1, 2, double.NaN, 0, 0.5, -1, 3, double.PositiveInfinity], new CrossEntropyOptions()) { Labels = [0, 7, 1, 7] };
        var without = new Problem(new AxisView(2, 2, 1), [1, 2, 0.5, -1], new CrossEntropyOptions()) { Labels = [0, 1] };
        var found = Run<double>(new Case(problem, OverlapOptions.Jaccard with { IgnoreIndex = 7 }));
        var expected = Run<double>(new Case(without, OverlapOptions.Jaccard));
        Assert.Equal(expected.Summary, found.Summary);
        Assert.Equal([expected.Gradient[0], expected.Gradient[1], 0, 0, expected.Gradient[2], expected.Gradient[3], 0, 0], found.Gradient);
    }

    [Fact]
    public void Nothing_to_compare_is_0_with_smoothing_and_NaN_without()
    {
        var problem = new Problem(new AxisView(2, 2, 1), [1, 2, 3, 4], new CrossEntropyOptions()) { Labels = [-100, -100] };
        var smooth = Run<double>(new Case(problem, OverlapOptions.Dice));
        Assert.Equal(new OverlapSummary(0, 0), smooth.Summary);
        Assert.All(smooth.Gradient, slope => Assert.Equal(0, slope));
        Assert.Equal(double.NaN, Run<double>(new Case(problem, OverlapOptions.Dice with { Smooth = 0 })).Summary.Loss);
        var empty = new Problem(new AxisView(0, 2, 3), [], new CrossEntropyOptions()) { Labels = [] };
        Assert.Equal(0, Run<double>(new Case(empty, OverlapOptions.Dice)).Summary.Loss);
        Assert.Equal(double.NaN, Run<double>(new Case(empty, OverlapOptions.Dice with { Average = OverlapAverage.PerImage, Images = 0 })).Summary.Loss);
    }

    [Fact]
    public void Operands_and_options_that_make_no_sense_are_refused_by_name()
    {
        var problem = new Problem(new AxisView(2, 3, 1), [1, 2, 3, 4, 5, 6], new CrossEntropyOptions()) { Labels = [0, 2] };
        void Refused(string operand, Problem wrong, OverlapOptions options, int position = -1)
        {
            OperandException error = Assert.Throws<OperandException>(() => Run<double>(new Case(wrong, options)));
            Assert.Equal((operand, position), (error.Operand, error.Position));
        }

        Refused("labels", problem with { Labels = [0, 3] }, OverlapOptions.Dice, 1);
        Refused("labels", problem with { Labels = [0] }, OverlapOptions.Dice);
        Refused("logits", problem with { Logits = [1] }, OverlapOptions.Dice);
        Refused("smooth", problem, OverlapOptions.Dice with { Smooth = -1e-9 });
        Refused("alpha", problem, OverlapOptions.Tversky(double.NaN, 1));
        Refused("beta", problem, OverlapOptions.Tversky(1, -1));
        Refused("images", problem, OverlapOptions.Dice with { Average = OverlapAverage.PerImage, Images = 3 });
        Refused("upstream", problem with { Upstream = [1, 2] }, OverlapOptions.Dice);
        Refused("includeBackground", new Problem(new AxisView(1, 1, 1), [1], new CrossEntropyOptions()) { Labels = [0] }, OverlapOptions.Dice with { IncludeBackground = false });
        Refused("ignoreIndex", problem with { Labels = [], Shares = [1, 0, 0, 0, 1, 0] }, OverlapOptions.Dice with { IgnoreIndex = 1 });
        Refused("logits", new Problem(new AxisView(2, 0, 1), [], new CrossEntropyOptions()) { Labels = [0, 0] }, OverlapOptions.Dice);
    }

    private static void Same((OverlapSummary Summary, double[] PerClass, double[] Gradient) one, (OverlapSummary Summary, double[] PerClass, double[] Gradient) other)
    {
        Close.All(one.PerClass, other.PerClass, 1e-13, 1e-15);
        Assert.True(Evaluation.Distance(one.Gradient, other.Gradient) < 1e-12);
    }

    private static double[] Textbook(Case a)
    {
        AxisView view = a.Problem.View;
        OverlapOptions o = a.Options;
        int images = o.Average == OverlapAverage.PerImage ? o.Images : 1;
        int per = view.Positions / images;
        int from = o.IncludeBackground ? 0 : 1;
        var losses = new List<double>();
        for (int image = 0; image < images; image++)
        {
            for (int c = from; c < view.Count; c++)
            {
                double i = 0;
                double sizes = 0;
                double targets = 0;
                for (int position = image * per; position < (image + 1) * per; position++)
                {
                    int At(int k) => (((position / view.Inner * view.Count) + k) * view.Inner) + (position % view.Inner);
                    if (a.Problem.Shares is null && a.Problem.Labels[position] == -100)
                    {
                        continue;
                    }

                    double p = Math.Exp(a.Problem.Logits[At(c)]) / Enumerable.Range(0, view.Count).Sum(k => Math.Exp(a.Problem.Logits[At(k)]));
                    double y = a.Problem.Shares?[At(c)] ?? (a.Problem.Labels[position] == c ? 1 : 0);
                    i += p * y;
                    sizes += o.Squared ? p * p : p;
                    targets += o.Squared ? y * y : y;
                }

                double denominator = (o.Intersection * i) + (o.Alpha * (sizes - i)) + (o.Beta * (targets - i)) + o.Smooth;
                losses.Add(1 - (((o.Intersection * i) + o.Smooth) / denominator));
            }
        }

        return [.. losses];
    }

    private static (OverlapSummary Summary, T[] PerClass, T[] Gradient) Run<T>(Case a, int threads = 1)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        T[] To(double[] values) => [.. values.Select(T.CreateTruncating)];
        AxisView view = a.Problem.View;
        int kept = view.Count - (a.Options.IncludeBackground ? 0 : 1);
        var perClass = new T[Math.Max(0, kept * (a.Options.Average == OverlapAverage.PerImage ? a.Options.Images : 1))];
        var gradient = new T[view.Length];
        OverlapSummary summary = Overlap.Evaluate<T>(
            To(a.Problem.Logits), view, a.Problem.Labels, To(a.Problem.Shares ?? []), To(a.Problem.Upstream), a.Options, new double[Overlap.ScratchLength(view, a.Options)], perClass, gradient, new Execution(threads));
        return (summary, perClass, gradient);
    }
}
