using System.Text.Json;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Clustering;

public sealed class FitTests
{
    public static TheoryData<string, bool> Sets => new(
        new[] { "iris", "wine", "breast_cancer", "digits" }.SelectMany(name => new (string, bool)[] { (name, false), (name, true) }));

    private static (double[] Centroids, int[] Assignments, FitSummary Fit) Fit(
        double[] points, double[] start, int dimensions, FitOptions? options = null, double[]? weights = null, int threads = 1)
    {
        double[] centroids = [.. start];
        var assignments = new int[points.Length / dimensions];
        FitSummary fit = KmeansFit.Evaluate<double>(points, dimensions, weights, options ?? new FitOptions(), centroids, assignments, new Execution(threads));
        return (centroids, assignments, fit);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Inertia_iterations_and_centroids_are_those_of_scikit_learn(string name, bool standardised)
    {
        (double[] points, int dimensions) = Datasets.Read(name, standardised);
        JsonElement expected = Datasets.Kmeans(name, standardised);
        double[] start = [.. expected.GetProperty("init_indices").FlatIndices().SelectMany(i => points[(i * dimensions)..((i + 1) * dimensions)])];
        var fit = Fit(points, start, dimensions);
        Close.All([expected.GetProperty("sklearn_inertia").GetDouble()], [fit.Fit.Loss], 1e-12);
        Assert.Equal(expected.GetProperty("sklearn_iters").GetInt32(), fit.Fit.Iterations);
        Close.All(expected.GetProperty("centers").Flat(), fit.Centroids, 1e-11, 1e-11);
        Assert.Equal(expected.GetProperty("label_counts").FlatIndices(), fit.Assignments.CountBy(k => k).OrderBy(pair => pair.Key).Select(pair => pair.Value));
        double[] trace = expected.GetProperty("lloyd_inertia_trace").Flat();
        int common = Math.Min(trace.Length, fit.Fit.LossHistory.Count);
        Close.All(trace.AsSpan(0, common), fit.Fit.LossHistory.ToArray().AsSpan(0, common), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void In_FP32_the_inertia_is_scikit_learns_to_a_millionth(string name, bool standardised)
    {
        (double[] points, int dimensions) = Datasets.Read(name, standardised);
        JsonElement expected = Datasets.Kmeans(name, standardised);
        float[] narrow = Direct.Narrow(points);
        float[] centroids = [.. expected.GetProperty("init_indices").FlatIndices().SelectMany(i => narrow[(i * dimensions)..((i + 1) * dimensions)])];
        FitSummary fit = KmeansFit.Evaluate<float>(narrow, dimensions, default, new FitOptions(), centroids, new int[points.Length / dimensions]);
        Close.All([expected.GetProperty("sklearn_inertia").GetDouble()], [fit.Loss], 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(300)]
    public void Equal_starts_are_relocated_as_scikit_learn_does(int maxIter)
    {
        JsonElement expected = OracleFile.Read("sklearn_kmeans_steps.json").GetProperty("cases").EnumerateArray()
            .Single(item => item.GetProperty("name").GetString() == $"sklearn_identical_init_max_iter_{maxIter}");
        var fit = Fit(expected.GetProperty("X").Flat(), expected.GetProperty("init").Flat(), 1, new FitOptions { MaxIter = maxIter });
        Close.All(expected.GetProperty("centers").Flat(), fit.Centroids, 1e-15);
        Assert.Equal(expected.GetProperty("labels").FlatIndices(), fit.Assignments);
        Close.All([expected.GetProperty("inertia").GetDouble()], [fit.Fit.Loss], 1e-14);
        Assert.Equal(expected.GetProperty("n_iter").GetInt32(), fit.Fit.Iterations);
    }

    [Fact]
    public void Weights_count_as_in_scikit_learn()
    {
        JsonElement expected = OracleFile.Read("sklearn_kmeans_steps.json").GetProperty("cases").EnumerateArray()
            .Single(item => item.GetProperty("name").GetString() == "sample_weight");
        var fit = Fit(expected.GetProperty("X").Flat(), expected.GetProperty("init").Flat(), 1, weights: expected.GetProperty("sample_weight").Flat());
        Close.All(expected.GetProperty("centers").Flat(), fit.Centroids, 1e-14);
        Assert.Equal(expected.GetProperty("labels").FlatIndices(), fit.Assignments);
        Close.All([expected.GetProperty("inertia").GetDouble()], [fit.Fit.Loss], 1e-13);
    }

    [Fact]
    public void The_worked_runs_end_where_they_should()
    {
        JsonElement worked = WorkedAnswers.Item("2_kmeans");
        double[] points = worked.GetProperty("inputs").GetProperty("X").Flat();
        double[] start = worked.GetProperty("inputs").GetProperty("C").Flat();
        var lloyd = Fit(points, start, 2);
        Close.All(worked.GetProperty("lloyd_run").GetProperty("final").Flat(), lloyd.Centroids, 1e-14);
        Assert.Equal(worked.GetProperty("lloyd_run").GetProperty("assignments").FlatIndices(), lloyd.Assignments);
        Close.All(worked.GetProperty("lloyd_run").GetProperty("inertia_history").Flat(), lloyd.Fit.LossHistory.ToArray(), 1e-14);
        Assert.Equal(StopReason.AssignmentsRepeat, lloyd.Fit.Stop);

        var descent = Fit(points, start, 2, new FitOptions { Method = StepMethod.Sgd, LearningRate = 0.05, MaxIter = 200, Tol = 0 });
        Close.All(worked.GetProperty("gd_run").GetProperty("final").Flat(), descent.Centroids, 1e-14);
        Close.All(worked.GetProperty("gd_run").GetProperty("loss_first5").Flat(), descent.Fit.LossHistory.Take(5).ToArray(), 1e-14);
        Close.All([8.525], [descent.Fit.Loss], 1e-14);
        Close.All(lloyd.Centroids, Fit(points, start, 2, new FitOptions { Method = StepMethod.Newton }).Centroids, 1e-14);
    }

    [Theory]
    [InlineData(StepMethod.Sgd, 2.0, null)]
    [InlineData(StepMethod.Sgd, 2.0, 2)]
    [InlineData(StepMethod.Newton, 40.0, null)]
    public void A_run_that_diverges_stops_at_the_last_finite_step_and_says_so(StepMethod method, double rate, int? batch)
    {
        double[] points = [0, 1, 10, 12];
        var options = new FitOptions { Method = method, LearningRate = rate, BatchSize = batch, MaxIter = 100_000, Empty = EmptyCluster.Keep };
        var run = Fit(points, [0.1, 10], 1, options);
        Assert.Equal(StopReason.Diverged, run.Fit.Stop);
        Assert.False(run.Fit.Converged);
        Assert.InRange(run.Fit.Iterations, 2, 2000);
        Assert.Equal(run.Fit.Iterations, run.Fit.LossHistory.Count);
        Assert.All(run.Centroids, centroid => Assert.True(double.IsFinite(centroid)));
        Assert.All(run.Fit.LossHistory, loss => Assert.True(double.IsFinite(loss)));
        Assert.Equal(run.Fit.LossHistory[^1], run.Fit.Loss);
        Assert.InRange(run.Fit.Heaviest, 1, 4);
        var narrow = new float[] { 0.1f, 10 };
        FitSummary single = KmeansFit.Evaluate<float>([0, 1, 10, 12], 1, default, options, narrow, new int[4]);
        Assert.Equal(StopReason.Diverged, single.Stop);
        Assert.All(single.LossHistory, loss => Assert.True(float.IsFinite((float)loss)));
    }

    [Fact]
    public void Below_the_rate_at_which_every_step_contracts_a_run_converges()
    {
        double[] points = [0, 1, 10, 12];
        var fast = Fit(points, [0.1, 10], 1, new FitOptions { Method = StepMethod.Sgd, LearningRate = 0.51, MaxIter = 1000 });
        Assert.False(fast.Fit.Converged);
        double below = 0.98 / fast.Fit.Heaviest;
        Assert.True(Fit(points, [0.1, 10], 1, new FitOptions { Method = StepMethod.Sgd, LearningRate = below, MaxIter = 1000 }).Fit.Converged);
    }

    [Fact]
    public void The_loss_never_grows()
    {
        (double[] points, int dimensions) = Datasets.Read("digits", false);
        double[] history = [.. Fit(points, points[..(10 * dimensions)], dimensions).Fit.LossHistory];
        Assert.All(history.Zip(history.Skip(1)), pair => Assert.True(pair.Second <= pair.First));
    }

    [Fact]
    public void Mini_batches_come_near_the_whole_run_and_repeat_by_their_seed()
    {
        (double[] points, int dimensions) = Datasets.Read("digits", false);
        double[] start = points[..(10 * dimensions)];
        double whole = Fit(points, start, dimensions).Fit.Loss;
        var options = new FitOptions { Method = StepMethod.MiniBatch, BatchSize = 200, MaxIter = 60, Tol = 0.01, Seed = 4 };
        var first = Fit(points, start, dimensions, options);
        Assert.InRange(first.Fit.Loss, 0.9 * whole, 1.1 * whole);
        Assert.True(first.Fit.Converged);
        Assert.Equal(first.Centroids, Fit(points, start, dimensions, options, threads: 3).Centroids);
        Assert.NotEqual(first.Centroids, Fit(points, start, dimensions, options with { Seed = 5 }).Centroids);
        Assert.Equal(first.Fit.Loss, Inertia.Evaluate<double>(points, first.Centroids, dimensions, default, new int[1797]).Loss);
    }

    [Fact]
    public void Batches_of_gradient_descent_find_separate_clouds()
    {
        var random = new Random(1);
        double[] points = [.. Enumerable.Range(0, 900).SelectMany(i => new[] { (10 * (i % 3)) + random.NextDouble(), 5 * (i % 3) })];
        var fit = Fit(points, [1, 1, 11, 6, 22, 9], 2, new FitOptions { Method = StepMethod.Sgd, LearningRate = 0.005, BatchSize = 100, MaxIter = 50 });
        Assert.InRange(fit.Fit.Loss, 900 / 14.0, 900 / 10.0);
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        (double[] points, int dimensions) = Datasets.Read("digits", true);
        double[] many = [.. Enumerable.Repeat(points, 10).SelectMany(copy => copy)];
        var one = Fit(many, points[..(12 * dimensions)], dimensions, new FitOptions { MaxIter = 5 });
        var three = Fit(many, points[..(12 * dimensions)], dimensions, new FitOptions { MaxIter = 5 }, threads: 3);
        Assert.Equal(one.Centroids, three.Centroids);
        Assert.Equal(one.Fit.LossHistory, three.Fit.LossHistory);
    }

    [Fact]
    public void More_clusters_than_different_points_are_told_of()
    {
        var fit = Fit([1, 1, 2, 2], [1, 2, 1], 1);
        Assert.Equal((1, 0.0), (fit.Fit.Empty, fit.Fit.Loss));
    }

    [Fact]
    public void Wrong_operands_are_refused_by_name()
    {
        Assert.Equal("points", Assert.Throws<OperandException>(() => Fit([1, double.NaN], [1], 1)).Operand);
        Assert.Equal("centroids", Assert.Throws<OperandException>(() => Fit([1, 2], [double.PositiveInfinity], 1)).Operand);
        Assert.Equal("nClusters", Assert.Throws<OperandException>(() => Fit([1, 2], [1, 2, 3], 1)).Operand);
        Assert.Equal("nClusters", Assert.Throws<OperandException>(() => Fit([1, 2], [1, 2], 1, weights: [1, 0])).Operand);
        Assert.Equal("maxIter", Assert.Throws<OperandException>(() => Fit([1], [1], 1, new FitOptions { MaxIter = 0 })).Operand);
        Assert.Equal("tol", Assert.Throws<OperandException>(() => Fit([1], [1], 1, new FitOptions { Tol = -1 })).Operand);
        Assert.Equal("batchSize", Assert.Throws<OperandException>(() => Fit([1], [1], 1, new FitOptions { BatchSize = 0 })).Operand);
    }
}
