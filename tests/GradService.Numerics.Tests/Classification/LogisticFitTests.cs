using System.Text.Json;
using CsCheck;
using GradService.Numerics.Classification;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Classification;

public sealed class LogisticFitTests
{
    private static readonly double[] Eight = [.5, 1.2, 1, .4, 1.5, 2.3, 2.2, 1.9, 2.8, 3.5, 3.1, .7, 3.6, 2.9, .9, 2.1];
    private static readonly int[] EightLabels = [0, 0, 0, 1, 1, 0, 1, 1];

    public static TheoryData<string, string> Fits
    {
        get
        {
            var fits = new TheoryData<string, string>();
            foreach (string name in new[] { "iris", "wine", "breast_cancer" })
            {
                fits.Add(name, "0.1");
                fits.Add(name, "1.0");
                fits.Add(name, "100.0");
            }

            return fits;
        }
    }

    [Theory]
    [MemberData(nameof(Fits))]
    public void Newton_finds_the_optimum_of_scikit_learns_objective(string name, string c)
    {
        (LogisticFitResult fit, JsonElement oracle) = Fit(name, c, new LogisticFitOptions());
        Assert.Equal(FitEnd.Converged, fit.End);
        Assert.InRange(fit.Iterations, 1, 20);
        Close.All(oracle.GetProperty("coef").Flat(), fit.Coef, 1e-10, 1e-10);
        Close.All(oracle.GetProperty("intercept_centred").Flat(), fit.Intercept, 1e-10, 1e-10);
        double objective = oracle.GetProperty("objective_C_sum_ce_plus_half_l2").GetDouble() / double.Parse(c, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(objective, fit.LossHistory[^1], 1e-12 * objective);
    }

    [Theory]
    [MemberData(nameof(Fits))]
    public void Lbfgs_finds_the_same_optimum(string name, string c)
    {
        (LogisticFitResult fit, JsonElement oracle) = Fit(name, c, new LogisticFitOptions { Solver = LogisticSolver.Lbfgs, MaxIter = 1000, Tol = 1e-7 });
        Assert.Equal(FitEnd.Converged, fit.End);
        double[] expected = oracle.GetProperty("coef").Flat();
        Close.All(expected, fit.Coef, 0, 2e-3 * expected.Max(Math.Abs));
        double objective = oracle.GetProperty("objective_C_sum_ce_plus_half_l2").GetDouble() / double.Parse(c, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(objective, fit.LossHistory[^1], 1e-7 * objective);
    }

    [Fact]
    public void The_worked_answer_is_found()
    {
        JsonElement answer = WorkedAnswers.Item("4_logistic").GetProperty("sklearn_l2_C1");
        LogisticFitResult fit = LogisticFit.Fit<double>(Eight, EightLabels, default, 2, new LogisticFitOptions());
        Close.All(answer.GetProperty("coef").Flat(), fit.Coef, 1e-9);
        Assert.Equal(answer.GetProperty("intercept").GetDouble(), fit.Intercept[0], 1e-9);
    }

    [Theory]
    [InlineData("wine")]
    [InlineData("breast_cancer")]
    public void Raw_features_of_very_different_sizes_are_fitted_by_both(string name)
    {
        (double[] features, int[] labels, int count) = DataSets.Raw(name);
        LogisticFitResult newton = LogisticFit.Fit<double>(features, labels, default, count, new LogisticFitOptions());
        LogisticFitResult lbfgs = LogisticFit.Fit<double>(features, labels, default, count, new LogisticFitOptions { Solver = LogisticSolver.Lbfgs, MaxIter = 5000, Tol = 1e-5 });
        Assert.Equal((FitEnd.Converged, FitEnd.Converged), (newton.End, lbfgs.End));
        Assert.Equal(newton.LossHistory[^1], lbfgs.LossHistory[^1], 1e-5 * newton.LossHistory[^1]);
    }

    [Theory]
    [InlineData(LogisticSolver.Newton)]
    [InlineData(LogisticSolver.Lbfgs)]
    public void The_loss_falls_at_every_step(LogisticSolver solver)
    {
        (double[] features, int[] labels, int count) = DataSets.Standardised("iris");
        LogisticFitResult fit = LogisticFit.Fit<double>(features, labels, default, count, new LogisticFitOptions { Solver = solver });
        Assert.Equal(150 * Math.Log(3), fit.LossHistory[0], 1e-10);
        Assert.All(fit.LossHistory.Zip(fit.LossHistory.Skip(1)), pair => Assert.True(pair.Second <= pair.First * (1 + 1e-14), $"{pair}"));
        Assert.Equal(fit.LossHistory.Length - 1, fit.Iterations);
    }

    [Theory]
    [InlineData(LogisticSolver.Newton, new double[] { -2, -1, 1, 2 }, new[] { 0, 0, 1, 1 })]
    [InlineData(LogisticSolver.Lbfgs, new double[] { -2, -1, 1, 2 }, new[] { 0, 0, 1, 1 })]
    // Both classes lie at 0: only the others can be told apart, and still the coefficient grows for ever.
    [InlineData(LogisticSolver.Newton, new double[] { -1, 0, 0, 1 }, new[] { 0, 0, 1, 1 })]
    [InlineData(LogisticSolver.Lbfgs, new double[] { -1, 0, 0, 1 }, new[] { 0, 0, 1, 1 })]
    [InlineData(LogisticSolver.Newton, new double[] { -3, -2, 0, 0.5, 4, 5 }, new[] { 0, 0, 1, 1, 2, 2 })]
    [InlineData(LogisticSolver.Lbfgs, new double[] { -3, -2, 0, 0.5, 4, 5 }, new[] { 0, 0, 1, 1, 2, 2 })]
    public void Separable_classes_without_a_penalty_are_noticed(LogisticSolver solver, double[] features, int[] labels)
    {
        LogisticFitResult fit = LogisticFit.Fit<double>(features, labels, default, 1, new LogisticFitOptions { Solver = solver, L2 = 0, MaxIter = 1000 });
        Assert.Equal(FitEnd.Separable, fit.End);
        Assert.All(fit.Coef.Concat(fit.Intercept).Concat(fit.LossHistory), value => Assert.True(double.IsFinite(value)));
        Assert.Equal(FitEnd.Converged, LogisticFit.Fit<double>(features, labels, default, 1, new LogisticFitOptions { Solver = solver, L2 = 1e-3, MaxIter = 1000 }).End);
    }

    [Theory]
    [InlineData("wine")]
    [InlineData("breast_cancer")]
    public void Real_data_that_a_hyperplane_parts_is_said_to_be_separable(string name)
    {
        (double[] features, int[] labels, int count) = DataSets.Standardised(name);
        LogisticFitResult fit = LogisticFit.Fit<double>(features, labels, default, count, new LogisticFitOptions { L2 = 0 });
        Assert.Equal(FitEnd.Separable, fit.End);
        Assert.All(fit.Coef, value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Iris_is_separable_in_one_class_only_and_still_has_no_minimum()
    {
        (double[] features, int[] labels, int count) = DataSets.Standardised("iris");
        Assert.Equal(FitEnd.Separable, LogisticFit.Fit<double>(features, labels, default, count, new LogisticFitOptions { L2 = 0 }).End);

        // Versicolor against virginica alone overlap, and have one.
        LogisticFitResult two = LogisticFit.Fit<double>(features.AsSpan(50 * count), [.. labels[50..].Select(y => y - 1)], default, count, new LogisticFitOptions { L2 = 0 });
        Assert.Equal(FitEnd.Converged, two.End);
    }

    [Fact]
    public void Overlapping_classes_without_a_penalty_have_a_minimum_where_the_gradient_is_zero() =>
        Gen.Select(Gen.Double[-2, 2].Array[40], Gen.Bool.Array[20]).Sample((features, flags) =>
        {
            // Each point once with its class and once with the other: nothing can part them.
            double[] twice = [.. features, .. features, .. features[..20]];
            int[] labels = [.. flags.Select(flag => flag ? 1 : 0), .. flags.Select(flag => flag ? 0 : 1), .. flags[..10].Select(flag => flag ? 1 : 0)];
            LogisticFitResult fit = LogisticFit.Fit<double>(twice, labels, default, 2, new LogisticFitOptions { L2 = 0 });
            Assert.Equal(FitEnd.Converged, fit.End);
            (double[] coef, double[] intercept) = (new double[2], new double[1]);
            LogisticLoss.Evaluate(
                twice, labels, default, fit.Coef, fit.Intercept, fit.Classifier, default, new LogisticLossOptions(), default, coef, intercept);
            Assert.All(coef.Concat(intercept), slope => Assert.InRange(slope, -1e-10, 1e-10));
        }, iter: 50);

    [Fact]
    public void Weights_count_as_repetitions() => Gen.Select(Gen.Double[-2, 2].Array[12], Gen.Int[0, 2].Array[12], Gen.Int[1, 3].Array[12]).Where((_, labels, _) => labels.Distinct().Count() == 3).Sample((features, labels, times) =>
    {
        double[] repeated = [.. features.SelectMany((x, i) => Enumerable.Repeat(x, times[i]))];
        int[] repeatedLabels = [.. labels.SelectMany((y, i) => Enumerable.Repeat(y, times[i]))];
        var options = new LogisticFitOptions { L2 = 0.5 };
        LogisticFitResult weighted = LogisticFit.Fit<double>(features, labels, [.. times.Select(t => (double)t)], 1, options);
        Close.All(LogisticFit.Fit<double>(repeated, repeatedLabels, default, 1, options).Coef, weighted.Coef, 1e-9, 1e-9);
    }, iter: 50);

    [Fact]
    public void Balanced_classes_weigh_the_same()
    {
        double[] features = [0, 1, 2, 3, 1.5];
        int[] labels = [0, 0, 0, 0, 1];
        LogisticFitResult balanced = LogisticFit.Fit<double>(features, labels, default, 1, new LogisticFitOptions { ClassWeight = ClassWeighting.Balanced });
        LogisticFitResult weighted = LogisticFit.Fit<double>(features, labels, [.625, .625, .625, .625, 2.5], 1, new LogisticFitOptions());
        Assert.Equal(weighted.Coef, balanced.Coef);
    }

    [Fact]
    public void A_softmax_of_two_classes_of_three_features_has_centred_intercepts()
    {
        (double[] features, int[] labels, int count) = DataSets.Standardised("wine");
        LogisticFitResult fit = LogisticFit.Fit<double>(features, labels, default, count, new LogisticFitOptions());
        Assert.Equal(0, fit.Intercept.Sum(), 1e-12);
    }

    [Fact]
    public void Constant_and_repeated_features_do_no_harm()
    {
        double[] features = [.. Enumerable.Range(0, 8).SelectMany(i => new[] { Eight[2 * i], Eight[(2 * i) + 1], 1, Eight[2 * i], 0 })];
        LogisticFitResult plain = LogisticFit.Fit<double>(Eight, EightLabels, default, 2, new LogisticFitOptions { L2 = 0 });
        LogisticFitResult fit = LogisticFit.Fit<double>(features, EightLabels, default, 5, new LogisticFitOptions { L2 = 0 });
        Assert.Equal((FitEnd.Converged, FitEnd.Converged), (plain.End, fit.End));
        Assert.Equal(plain.LossHistory[^1], fit.LossHistory[^1], 1e-10);
        Assert.Equal(plain.Coef[0], fit.Coef[0] + fit.Coef[3], 1e-6);
    }

    [Fact]
    public void Without_an_intercept_the_boundary_goes_through_the_origin()
    {
        LogisticFitResult fit = LogisticFit.Fit<double>(Eight, EightLabels, default, 2, new LogisticFitOptions { FitIntercept = false });
        Assert.Equal([0.0], fit.Intercept);
        Assert.Equal(FitEnd.Converged, fit.End);
    }

    [Fact]
    public void Too_few_steps_are_said_to_be_too_few()
    {
        LogisticFitResult fit = LogisticFit.Fit<double>(Eight, EightLabels, default, 2, new LogisticFitOptions { MaxIter = 1 });
        Assert.Equal((FitEnd.MaxIter, 1), (fit.End, fit.Iterations));
        Assert.Equal(FitEnd.MaxIter, LogisticFit.Fit<double>(Eight, EightLabels, default, 2, new LogisticFitOptions { MaxIter = 1, Solver = LogisticSolver.Lbfgs }).End);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void The_number_of_threads_changes_no_bit(int threads, bool lbfgs)
    {
        (double[] features, int[] labels, int count) = DataSets.Standardised("breast_cancer");
        double[] many = [.. Enumerable.Repeat(features, 20).SelectMany(x => x)];
        int[] manyLabels = [.. Enumerable.Repeat(labels, 20).SelectMany(y => y)];
        var options = new LogisticFitOptions { Solver = lbfgs ? LogisticSolver.Lbfgs : LogisticSolver.Newton };
        Assert.Equal(
            LogisticFit.Fit<double>(many, manyLabels, default, count, options, new Execution(1)).Coef,
            LogisticFit.Fit<double>(many, manyLabels, default, count, options, new Execution(threads + 1)).Coef);
    }

    [Fact]
    public void A_cancelled_fit_stops() =>
        Assert.ThrowsAny<OperationCanceledException>(() => LogisticFit.Fit<double>(Eight, EightLabels, default, 2, new LogisticFitOptions(), new Execution(1, new CancellationToken(true))));

    [Theory]
    [InlineData("labels", new double[] { 1, 2 }, new[] { 0, 0 }, new double[0])]
    [InlineData("labels", new double[] { 1, 2 }, new[] { 1, 1 }, new double[0])]
    [InlineData("labels", new double[] { 1, 2, 3 }, new[] { 0, 2, 2 }, new double[0])]
    [InlineData("labels", new double[] { 1, 2 }, new[] { 0, -1 }, new double[0])]
    [InlineData("labels", new double[] { 1, 2 }, new[] { 0, 70000 }, new double[0])]
    [InlineData("labels", new double[0], new int[0], new double[0])]
    [InlineData("labels", new double[] { 1, 2, 3 }, new[] { 0, 1, 0 }, new double[] { 1, 0, 1 })]
    [InlineData("sampleWeight", new double[] { 1, 2 }, new[] { 0, 1 }, new double[] { 1, -1 })]
    [InlineData("sampleWeight", new double[] { 1, 2 }, new[] { 0, 1 }, new double[] { 1, double.NaN })]
    [InlineData("features", new double[] { 1, double.NaN }, new[] { 0, 1 }, new double[0])]
    [InlineData("features", new double[] { 1, 1e200 }, new[] { 0, 1 }, new double[0])]
    public void What_cannot_be_fitted_is_refused(string operand, double[] features, int[] labels, double[] weights) =>
        Assert.Equal(operand, Assert.Throws<OperandException>(() => LogisticFit.Fit<double>(features, labels, weights, 1, new LogisticFitOptions())).Operand);

    [Fact]
    public void Newtons_method_refuses_more_parameters_than_it_has_room_for()
    {
        var wrong = Assert.Throws<OperandException>(() => LogisticFit.Fit<double>(new double[2 * 3000], [0, 1], default, 3000, new LogisticFitOptions()));
        Assert.Equal("solver", wrong.Operand);
        Assert.Equal(FitEnd.Converged, LogisticFit.Fit<double>(new double[2 * 3000], [0, 1], default, 3000, new LogisticFitOptions { Solver = LogisticSolver.Lbfgs }).End);
    }

    private static (LogisticFitResult Fit, JsonElement Oracle) Fit(string name, string c, LogisticFitOptions options)
    {
        (double[] features, int[] labels, int count) = DataSets.Standardised(name);
        double l2 = 1 / double.Parse(c, System.Globalization.CultureInfo.InvariantCulture);
        return (LogisticFit.Fit<double>(features, labels, default, count, options with { L2 = l2 }), DataSets.Fit(name, c));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Lbfgs_takes_no_more_steps_than_it_may(int most)
    {
        LogisticFitResult fit = LogisticFit.Fit<double>(Eight, EightLabels, default, 2, new LogisticFitOptions { Solver = LogisticSolver.Lbfgs, MaxIter = most });
        Assert.Equal((FitEnd.MaxIter, most), (fit.End, fit.Iterations));
        Assert.Equal(fit.LossHistory, fit.LossHistory.OrderDescending());
    }

    [Fact]
    public void Nothing_to_fit_is_an_error()
    {
        OperandException error = Assert.Throws<OperandException>(() => LogisticFit.Fit<double>([], EightLabels, default, 0, new LogisticFitOptions { FitIntercept = false }));
        Assert.StartsWith("There are no features and no intercept", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_all_0_are_said_to_be()
    {
        OperandException error = Assert.Throws<OperandException>(() => LogisticFit.Fit<double>(Eight, EightLabels, new double[8], 2, new LogisticFitOptions()));
        Assert.Equal(("sampleWeight", "All weights are 0, so no sample is left to fit to."), (error.Operand, error.Message));
    }
}
