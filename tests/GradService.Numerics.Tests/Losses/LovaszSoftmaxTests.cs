using CsCheck;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

public sealed class LovaszSoftmaxTests
{
    private static readonly Gen<(Problem Problem, LovaszSoftmaxOptions Options)> Any = Gen.Select(
        Gen.Int[0, 1_000_000], Gen.Int[1, 4], Gen.Int[2, 6], Gen.Int[1, 150], Gen.Bool, Gen.Enum<LovaszClasses>()).Select((seed, outer, classes, inner, perImage, which) => (
            Problems.Random(seed, new AxisView(outer, classes, inner), new CrossEntropyOptions()),
            new LovaszSoftmaxOptions { Classes = which, Images = perImage ? outer : 1 }));

    [Fact]
    public void The_loss_is_that_of_the_definition() => Any.Sample(
        a => Close.All([Definition(a.Problem, a.Options)], [Run<double>(a.Problem, a.Options).Summary.Loss], 1e-12, 1e-13), iter: 200);

    [Fact]
    public void The_gradient_is_the_slope_of_the_loss_in_the_order_held() => Any.Where(a => a.Problem.View.Length < 150).Sample(
        a =>
        {
            (OverlapSummary _, double[] gradient, int[] order) = Run<double>(a.Problem, a.Options);
            for (int at = 0; at < gradient.Length; at += 3)
            {
                double At(double step)
                {
                    double[] moved = [.. a.Problem.Logits];
                    moved[at] += step;
                    return Run<double>(a.Problem with { Logits = moved }, a.Options, order: order).Summary.Loss;
                }

                Assert.True(Math.Abs(((At(1e-5) - At(-1e-5)) / 2e-5) - gradient[at]) < 1e-8);
            }
        },
        iter: 40);

    [Fact]
    public void Of_hard_predictions_it_is_the_Jaccard_loss_itself()
    {
        // Predicted 0 0 1 1 2 against labels 0 1 1 1 0: class 0 has 1 of 3 in common, class 1 has 2 of 3; class 2 is not in the labels.
        int[] predictions = [0, 0, 1, 1, 2];
        double[] logits = [.. predictions.SelectMany(p => Enumerable.Range(0, 3).Select(c => c == p ? 2000.0 : 0))];
        var problem = new Problem(new AxisView(5, 3, 1), logits, new CrossEntropyOptions()) { Labels = [0, 1, 1, 1, 0] };
        Close.All([((2.0 / 3) + (1.0 / 3)) / 2], [Run<double>(problem, new LovaszSoftmaxOptions()).Summary.Loss], 1e-15);
        Close.All([((2.0 / 3) + (1.0 / 3) + 1) / 3], [Run<double>(problem, new LovaszSoftmaxOptions { Classes = LovaszClasses.All }).Summary.Loss], 1e-15);
    }

    [Fact]
    public void Equal_errors_stand_in_the_order_of_their_positions()
    {
        // Four equal elements, in class 0 and out of it in turn: all errors are 1/2.
        var problem = new Problem(new AxisView(4, 2, 1), [0, 0, 0, 0, 0, 0, 0, 0], new CrossEntropyOptions()) { Labels = [0, 1, 0, 1] };
        (OverlapSummary summary, double[] gradient, int[] order) = Run<double>(problem, new LovaszSoftmaxOptions());
        Assert.Equal([0, 1, 2, 3, 0, 1, 2, 3], order);

        // The growths of either class add up to 1, so each loss is 1/2.
        Close.All([0.5], [summary.Loss], 1e-15);
        double[] first = [-1.0 / 2, 1.0 / 6, -1.0 / 3, 0];
        double[] second = [1.0 / 3, -1.0 / 3, 1.0 / 12, -1.0 / 4];
        Close.All([.. Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? 1 : -1) * 0.25 * (first[i / 2] - second[i / 2]) / 2)], gradient, 1e-14, 1e-16);
    }

    [Fact]
    public void Small_errors_keep_their_digits()
    {
        double q = Math.Exp(-40);
        var problem = new Problem(new AxisView(2, 2, 1), [40, 0, 0, 40], new CrossEntropyOptions()) { Labels = [0, 1] };
        (OverlapSummary summary, double[] gradient, _) = Run<double>(problem, new LovaszSoftmaxOptions());
        Close.All([q], [summary.Loss], 1e-13);
        Assert.True(gradient[0] < 0 && gradient[0] > -2 * q && Math.Abs(gradient[0] + gradient[1]) < 1e-15 * q);
    }

    [Fact]
    public void Ignored_elements_are_as_if_they_were_not_there()
    {
        var problem = new Problem(new AxisView(4, 2, 1), [1, 2, double.NaN, 0, 0.5, -1, 3, double.PositiveInfinity], new CrossEntropyOptions()) { Labels = [0, 7, 1, 7] };
        var without = new Problem(new AxisView(2, 2, 1), [1, 2, 0.5, -1], new CrossEntropyOptions()) { Labels = [0, 1] };
        (OverlapSummary summary, double[] gradient, int[] order) = Run<double>(problem, new LovaszSoftmaxOptions { IgnoreIndex = 7 });
        (OverlapSummary expected, double[] slopes, _) = Run<double>(without, new LovaszSoftmaxOptions());
        Assert.Equal(expected, summary);
        Assert.Equal([slopes[0], slopes[1], 0, 0, slopes[2], slopes[3], 0, 0], gradient);
        Assert.Equal(2, order.Count(position => position == 0));
        Assert.Equal(4, order.Count(position => position == -1));
        (summary, gradient, _) = Run<double>(problem with { Labels = [7, 7, 7, 7] }, new LovaszSoftmaxOptions { IgnoreIndex = 7 });
        Assert.Equal(new OverlapSummary(0, 0), summary);
        Assert.All(gradient, slope => Assert.Equal(0, slope));
    }

    [Fact]
    public void A_NaN_logit_makes_the_loss_NaN()
    {
        var problem = new Problem(new AxisView(2, 2, 1), [1, double.NaN, 0.5, -1], new CrossEntropyOptions()) { Labels = [0, 1] };
        Assert.Equal(double.NaN, Run<double>(problem, new LovaszSoftmaxOptions()).Summary.Loss);
    }

    [Fact]
    public void Layout_and_number_of_threads_change_no_bit()
    {
        Problem first = Problems.Random(11, new AxisView(1, 5, 60_013), new CrossEntropyOptions());
        Problem last = first with
        {
            View = new AxisView(60_013, 5, 1),
            Logits = [.. Enumerable.Range(0, first.View.Length).Select(i => first.Logits[(i % 5 * 60_013) + (i / 5)])],
        };
        var one = Run<float>(first, new LovaszSoftmaxOptions());
        var three = Run<float>(first, new LovaszSoftmaxOptions(), threads: 3);
        var other = Run<float>(last, new LovaszSoftmaxOptions(), threads: 2);
        Assert.Equal(one.Summary, three.Summary);
        Assert.Equal(one.Summary, other.Summary);
        Assert.True(one.Gradient.AsSpan().SequenceEqual(three.Gradient));
        Assert.Equal(one.Gradient, Enumerable.Range(0, first.View.Length).Select(i => other.Gradient[(i % 60_013 * 5) + (i / 60_013)]));
    }

    [Fact]
    public void Operands_that_make_no_sense_are_refused_by_name()
    {
        var problem = new Problem(new AxisView(2, 3, 1), [1, 2, 3, 4, 5, 6], new CrossEntropyOptions()) { Labels = [0, 2] };
        void Refused(string operand, Problem wrong, LovaszSoftmaxOptions options, int position = -1)
        {
            OperandException error = Assert.Throws<OperandException>(() => Run<double>(wrong, options));
            Assert.Equal((operand, position), (error.Operand, error.Position));
        }

        Refused("labels", problem with { Labels = [0, -1] }, new LovaszSoftmaxOptions(), 1);
        Refused("labels", problem with { Labels = [0] }, new LovaszSoftmaxOptions());
        Refused("logits", problem with { Logits = [1] }, new LovaszSoftmaxOptions());
        Refused("images", problem, new LovaszSoftmaxOptions { Images = 3 });
        Refused("upstream", problem with { Upstream = [1, 2] }, new LovaszSoftmaxOptions());
        Refused("logits", new Problem(new AxisView(2, 0, 1), [], new CrossEntropyOptions()) { Labels = [0, 0] }, new LovaszSoftmaxOptions());
    }

    private static double Definition(Problem problem, LovaszSoftmaxOptions options)
    {
        AxisView view = problem.View;
        int per = view.Positions / options.Images;
        double total = 0;
        for (int image = 0; image < options.Images; image++)
        {
            int[] positions = [.. Enumerable.Range(image * per, per).Where(position => problem.Labels[position] != -100)];
            var losses = new List<double>();
            for (int c = 0; c < view.Count; c++)
            {
                int size = positions.Count(position => problem.Labels[position] == c);
                if (size == 0 && (options.Classes == LovaszClasses.Present || positions.Length == 0))
                {
                    continue;
                }

                double Probability(int position)
                {
                    double Score(int k) => Math.Exp(problem.Logits[(((position / view.Inner * view.Count) + k) * view.Inner) + (position % view.Inner)]);
                    return Score(c) / Enumerable.Range(0, view.Count).Sum(Score);
                }

                (double Error, bool Hit)[] errors = [.. positions
                    .Select(position => (Error: Math.Abs((problem.Labels[position] == c ? 1 : 0) - Probability(position)), Hit: problem.Labels[position] == c))
                    .OrderByDescending(pair => pair.Error)];
                double before = 0;
                double loss = 0;
                int hits = 0;
                for (int k = 0; k < errors.Length; k++)
                {
                    hits += errors[k].Hit ? 1 : 0;
                    double jaccard = 1 - ((size - hits) / (double)(size + k + 1 - hits));
                    loss += errors[k].Error * (jaccard - before);
                    before = jaccard;
                }

                losses.Add(loss);
            }

            total += losses.DefaultIfEmpty(0).Average();
        }

        return total / options.Images;
    }

    private static (OverlapSummary Summary, T[] Gradient, int[] Order) Run<T>(Problem problem, LovaszSoftmaxOptions options, int threads = 1, int[]? order = null)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        T[] To(double[] values) => [.. values.Select(T.CreateTruncating)];
        var execution = new Execution(threads, TestContext.Current.CancellationToken);
        long length = problem.View.Count == 0 || options.Images > problem.View.Positions ? 0 : LovaszSoftmax.ScratchLength(problem.View, options, execution);
        var scratch = new double[length];
        var gradient = new T[problem.View.Length];
        if (order is null)
        {
            order = new int[problem.View.Length];
            LovaszSoftmax.Order<T>(To(problem.Logits), problem.View, problem.Labels, options, scratch, order, execution);
        }

        return (LovaszSoftmax.Evaluate<T>(To(problem.Logits), problem.View, problem.Labels, order, To(problem.Upstream), options, scratch, gradient, execution), gradient, order);
    }
}
