using System.Text.Json;
using CsCheck;
using GradService.Numerics.Checking;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Clustering;

public sealed class StepTests
{
    private static readonly JsonElement Worked = WorkedAnswers.Item("2_kmeans");
    private static readonly double[] Points = Worked.GetProperty("inputs").GetProperty("X").Flat();
    private static readonly double[] Centroids = Worked.GetProperty("inputs").GetProperty("C").Flat();

    private static JsonElement Case(string name) =>
        OracleFile.Read("sklearn_kmeans_steps.json").GetProperty("cases").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);

    private static (double[] Updated, int[] Assignments, StepSummary Step) Step(
        double[] points, double[] centroids, int dimensions, StepOptions options, double[]? weights = null, double[]? counts = null, int threads = 1)
    {
        var updated = new double[centroids.Length];
        var assignments = new int[points.Length / dimensions];
        StepSummary step = CentroidStep.Evaluate<double>(points, centroids, dimensions, weights, counts, options, updated, assignments, new Execution(threads));
        return (updated, assignments, step);
    }

    [Fact]
    public void Loss_and_gradient_are_those_of_the_worked_answer()
    {
        var assignments = new int[7];
        ClusterSums sums = Inertia.Evaluate<double>(Points, Centroids, 2, default, assignments);
        var gradient = new double[4];
        Inertia.CentroidGradient<double>(Centroids, sums, 1, gradient);
        Assert.Equal(33.25, sums.Loss);
        Assert.Equal(Worked.GetProperty("grad").Flat(), gradient);
        Assert.Equal([3, 4], sums.Weights);
    }

    [Fact]
    public void Newtons_step_is_Lloyds_and_both_are_the_means()
    {
        double[] lloyd = Step(Points, Centroids, 2, new StepOptions()).Updated;
        double[] newton = Step(Points, Centroids, 2, new StepOptions { Method = StepMethod.Newton }).Updated;
        Close.All(Worked.GetProperty("lloyd_means").Flat(), lloyd, 1e-14);
        Close.All(lloyd, newton, 1e-15);
    }

    [Fact]
    public void A_gradient_step_goes_part_of_the_way_to_the_mean()
    {
        var step = Step(Points, Centroids, 2, new StepOptions { Method = StepMethod.Sgd, LearningRate = 0.05 });
        Close.All(Worked.GetProperty("gd_step").Flat(), step.Updated, 1e-14);
        double[] lloyd = Step(Points, Centroids, 2, new StepOptions()).Updated;
        Close.All(lloyd.AsSpan(0, 2), Step(Points, Centroids, 2, new StepOptions { Method = StepMethod.Sgd, LearningRate = 1.0 / 6 }).Updated.AsSpan(0, 2), 1e-15);
    }

    [Fact]
    public void A_tie_sends_the_whole_gradient_to_the_lowest_index()
    {
        ClusterSums sums = Inertia.Evaluate<double>([0], [-1, 1], 1, default, new int[1]);
        var gradient = new double[2];
        Inertia.CentroidGradient<double>([-1, 1], sums, 1, gradient);
        Assert.Equal(Worked.GetProperty("min_dim_tie_grad").Flat(), gradient);
        JsonElement tie = Case("tie_lower_index");
        var step = Step(tie.GetProperty("X").Flat(), tie.GetProperty("init").Flat(), 2, new StepOptions());
        Assert.Equal(tie.GetProperty("centers").Flat(), step.Updated);
        Assert.Equal(tie.GetProperty("labels").FlatIndices(), step.Assignments);
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences_with_the_assignments_held()
    {
        double[] points = [.. Points], centroids = [.. Centroids];
        double[] weights = [1, 0, 2.5, 1, 0.5, 3, 1];
        var assignments = new int[7];
        ClusterSums sums = Inertia.Evaluate<double>(points, centroids, 2, weights, assignments);
        (double[] byCentroids, double[] byPoints) = (new double[4], new double[14]);
        Inertia.CentroidGradient<double>(centroids, sums, 0.7, byCentroids);
        Inertia.PointGradient<double>(points, centroids, 2, weights, assignments, 0.7, byPoints);
        double Loss() => 0.7 * Inertia.EvaluateHeld<double>(points, centroids, 2, weights, assignments).Loss;
        Assert.True(GradientCheck.Evaluate(centroids, byCentroids, Loss, cancellation: TestContext.Current.CancellationToken).Passed);
        Assert.True(GradientCheck.Evaluate(points, byPoints, Loss, cancellation: TestContext.Current.CancellationToken).Passed);
    }

    [Fact]
    public void Relocation_is_that_of_scikit_learn()
    {
        JsonElement table = Case("relocate_empty_upstream");
        var step = Step(table.GetProperty("X").Flat(), table.GetProperty("centers_old").Flat(), 1, new StepOptions { Empty = EmptyCluster.Relocate });
        Assert.Equal(table.GetProperty("weights_before").Flat(), step.Step.Sums.Weights);
        Close.All(table.GetProperty("centers_new_sums_before").Flat().AsSpan(0, 1), step.Step.Sums.Sums.AsSpan(0, 1), 1e-15);
        Assert.Equal(table.GetProperty("weights_after").Flat(), step.Step.Counts);
        Assert.Equal(table.GetProperty("means_after").Flat(), step.Updated);
        Assert.Equal([1, 2], step.Step.Empty);
        Assert.Equal(0, step.Step.Left);
    }

    [Fact]
    public void Relocation_takes_no_point_without_weight_nor_one_on_its_centroid()
    {
        var step = Step([0, 0, 9, 5], [0, 100, 200, 300], 1, new StepOptions { Empty = EmptyCluster.Relocate }, weights: [1, 1, 0, 2]);
        Assert.Equal([0, 5, 200, 300], step.Updated);
        Assert.Equal([2, 2, 0, 0], step.Step.Counts);
        Assert.Equal(2, step.Step.Left);
    }

    [Fact]
    public void A_cluster_whose_last_point_is_relocated_stays_where_it_was()
    {
        // 0.1 + 0.2 - 0.2 - 0.1 is not 0 in FP64.
        var step = Step([3, 4], [1, 100, 200], 1, new StepOptions { Empty = EmptyCluster.Relocate }, weights: [0.1, 0.2]);
        Close.All([1, 4, 3], step.Updated, 1e-15);
        Assert.Equal([0, 0.2, 0.1], step.Step.Counts);
    }

    [Fact]
    public void Of_equally_far_points_the_lowest_index_is_relocated()
    {
        var step = Step([1, -1, 1, -1, 0], [0, 50, 60], 1, new StepOptions { Empty = EmptyCluster.Relocate });
        Assert.Equal([0, 1, -1], step.Updated);
    }

    [Fact]
    public void Kept_clusters_stay_and_refused_ones_are_named()
    {
        double[] centroids = [0, 0, 50, 50, 60, 60];
        var kept = Step(Points, centroids, 2, new StepOptions { Empty = EmptyCluster.Keep });
        Assert.Equal(centroids[2..], kept.Updated[2..]);
        Assert.Equal((2, 7.0), (kept.Step.Left, kept.Step.Counts[0]));
        OperandException refused = Assert.Throws<OperandException>(() => Step(Points, centroids, 2, new StepOptions { Empty = EmptyCluster.Error }));
        Assert.Equal(("centroids", 2, 1), (refused.Operand, refused.Position, refused.Axes));
        Assert.StartsWith("Clusters 1, 2 have no points.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_moves_two_copies_apart_as_faiss_does()
    {
        var split = Step(Points, [1, 1, 5, 7, 99, 99], 2, new StepOptions { Empty = EmptyCluster.Split, Seed = 3 });
        double[] means = Step(Points, Centroids, 2, new StepOptions()).Updated;
        int donor = split.Step.Counts[0] == 3 ? 1 : 0;
        double[] mean = means[(2 * donor)..((2 * donor) + 2)];
        Close.All([mean[0] * (1 + (1 / 1024.0)), mean[1] * (1 - (1 / 1024.0))], split.Updated.AsSpan(4), 1e-15);
        Close.All([mean[0] * (1 - (1 / 1024.0)), mean[1] * (1 + (1 / 1024.0))], split.Updated.AsSpan(2 * donor, 2), 1e-15);
        Assert.Equal(split.Step.Counts[donor], split.Step.Counts[2]);
        Assert.Equal(7, split.Step.Counts.Sum());
        Assert.Equal(split.Updated, Step(Points, [1, 1, 5, 7, 99, 99], 2, new StepOptions { Empty = EmptyCluster.Split, Seed = 3 }).Updated);
    }

    [Fact]
    public void Donors_of_a_split_are_drawn_by_their_weight_less_one()
    {
        // Clusters of 3 and 4 points: the second should give 3 times in 5.
        int second = Enumerable.Range(0, 2000).Count(seed =>
            Step(Points, [1, 1, 5, 7, 99, 99], 2, new StepOptions { Empty = EmptyCluster.Split, Seed = seed }).Step.Counts[1] < 4);
        Assert.InRange(second, 1120, 1280);
    }

    [Fact]
    public void A_cluster_of_weight_1_is_never_split()
    {
        var step = Step([0, 1], [0, 1, 5], 1, new StepOptions { Empty = EmptyCluster.Split });
        Assert.Equal([0, 1, 5], step.Updated);
        Assert.Equal([1, 1, 0], step.Step.Counts);
        Assert.Equal(1, step.Step.Left);
        for (int seed = 0; seed < 50; seed++)
        {
            var split = Step([0, 1, 1.5], [0, 1, 50], 1, new StepOptions { Empty = EmptyCluster.Split, Seed = seed });
            Assert.Equal([1, 1, 1], split.Step.Counts);
            Assert.Equal(0, split.Updated[0]);
        }
    }

    [Fact]
    public void Mini_batches_are_those_of_scikit_learn()
    {
        JsonElement run = Case("minibatch_partial_fit");
        double[] centroids = run.GetProperty("init").Flat();
        double[] counts = new double[3];
        foreach (JsonElement batch in run.GetProperty("steps").EnumerateArray())
        {
            var step = Step(batch.GetProperty("batch").Flat(), centroids, 1, new StepOptions { Method = StepMethod.MiniBatch }, counts: counts);
            (centroids, counts) = (step.Updated, step.Step.Counts);
            Close.All(batch.GetProperty("centers").Flat(), centroids, 1e-15);
            Assert.Equal(batch.GetProperty("counts").Flat(), counts);
        }
    }

    [Fact]
    public void A_point_without_weight_is_assigned_and_moves_nothing()
    {
        var step = Step([0, 1, double.NaN, 2], [0, 5], 1, new StepOptions(), weights: [1, 1, 0, 0]);
        Assert.Equal([0, 0, 0, 0], step.Assignments);
        Assert.Equal([0.5, 5], step.Updated);
        Assert.Equal([2, 0], step.Step.Counts);
        Assert.Equal(1, step.Step.Sums.Loss);
    }

    [Fact]
    public void Whole_weights_are_repetitions() => Gen.Int[0, 3].Array[7].Sample(weights =>
    {
        double[] repeated = [.. weights.SelectMany((w, i) => Enumerable.Repeat(Points[(2 * i)..((2 * i) + 2)], w).SelectMany(point => point))];
        var weighted = Step(Points, Centroids, 2, new StepOptions(), weights: [.. weights.Select(w => (double)w)]);
        var plain = Step(repeated, Centroids, 2, new StepOptions());
        Close.All(plain.Updated, weighted.Updated, 1e-15);
        Assert.Equal(plain.Step.Counts, weighted.Step.Counts);
        Close.All([plain.Step.Sums.Loss], [weighted.Step.Sums.Loss], 1e-15);
    });

    [Fact]
    public void Shards_add_up_to_the_step_of_one_machine() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 9], Gen.Int[1, 200], Gen.Int[0, 9999]).Sample((shards, clusters, count, seed) =>
        {
            const int Dimensions = 3;
            var random = new Random(seed);
            double[] points = [.. Enumerable.Range(0, count * Dimensions).Select(_ => 100 + random.NextDouble())];
            double[] centroids = [.. Enumerable.Range(0, clusters * Dimensions).Select(_ => 100 + random.NextDouble())];
            int[] cuts = [0, .. Enumerable.Range(1, shards - 1).Select(_ => random.Next(count + 1)).Order(), count];
            ClusterSums[] partial = [.. Enumerable.Range(0, shards).Select(p =>
            {
                double[] shard = points[(cuts[p] * Dimensions)..(cuts[p + 1] * Dimensions)];
                return Inertia.Evaluate<double>(shard, centroids, Dimensions, default, new int[shard.Length / Dimensions]);
            })];
            var combined = new double[centroids.Length];
            StepSummary step = Combination.Evaluate<double>(
                [.. partial.SelectMany(p => p.Sums)], [.. partial.SelectMany(p => p.Weights)], centroids, Dimensions, EmptyCluster.Keep, combined);
            var single = Step(points, centroids, Dimensions, new StepOptions());
            Close.All(single.Updated, combined, 1e-14);
            Assert.Equal(single.Step.Counts, step.Counts);
            Close.All([single.Step.Sums.Loss], [partial.Sum(p => p.Loss)], 1e-13);
        });

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var random = new Random(5);
        double[] points = [.. Enumerable.Range(0, 40000 * 3).Select(_ => random.NextDouble())];
        double[] weights = [.. Enumerable.Range(0, 40000).Select(_ => random.NextDouble())];
        double[] centroids = points[..30];
        var one = Step(points, centroids, 3, new StepOptions(), weights);
        foreach (int threads in new[] { 2, 3 })
        {
            var many = Step(points, centroids, 3, new StepOptions(), weights, threads: threads);
            Assert.Equal(one.Updated, many.Updated);
            Assert.Equal(one.Assignments, many.Assignments);
            Assert.Equal(one.Step.Sums.Losses, many.Step.Sums.Losses);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_learning_rate_that_is_none_is_refused(double rate) => Assert.Equal(
        "learningRate",
        Assert.Throws<OperandException>(() => Step(Points, Centroids, 2, new StepOptions { Method = StepMethod.Sgd, LearningRate = rate })).Operand);

    [Fact]
    public void Wrong_operands_are_refused_by_name_and_place()
    {
        Assert.Equal("learningRate", Assert.Throws<OperandException>(() => Step(Points, Centroids, 2, new StepOptions { Method = StepMethod.Sgd })).Operand);
        var negative = Assert.Throws<OperandException>(() => Step(Points, Centroids, 2, new StepOptions(), weights: [1, 1, -1, 1, 1, 1, 1]));
        Assert.Equal(("sampleWeight", 2), (negative.Operand, negative.Position));
        Assert.Equal("sampleWeight", Assert.Throws<OperandException>(() => Step(Points, Centroids, 2, new StepOptions(), weights: [1])).Operand);
        var counts = Assert.Throws<OperandException>(() => Step(Points, Centroids, 2, new StepOptions { Method = StepMethod.MiniBatch }, counts: [1, double.NaN]));
        Assert.Equal(("counts", 1), (counts.Operand, counts.Position));
        Assert.Equal("empty", Assert.Throws<OperandException>(() => Combination.Evaluate<double>([], [], Centroids, 2, EmptyCluster.Relocate, new double[4])).Operand);
        Assert.Equal(1, Assert.Throws<OperandException>(() => Inertia.EvaluateHeld<double>([1, 2], [1], 1, default, [0, 1])).Position);
    }
}
