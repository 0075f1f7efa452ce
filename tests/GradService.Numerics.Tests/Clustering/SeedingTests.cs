using GradService.Numerics.Clustering;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Clustering;

public sealed class SeedingTests
{
    private static int[] Choose(double[] points, int dimensions, int clusters, KmeansInit init, long seed, double[]? weights = null, int threads = 1)
    {
        var indices = new int[clusters];
        Seeding.Choose<double>(points, dimensions, weights, init, seed, indices, new Execution(threads));
        return indices;
    }

    [Theory]
    [InlineData(KmeansInit.KMeansPlusPlus)]
    [InlineData(KmeansInit.Random)]
    public void Points_are_chosen_once_and_by_the_seed_alone(KmeansInit init)
    {
        (double[] points, int dimensions) = Datasets.Read("digits", false);
        double[] many = [.. points, .. points, .. points];
        for (int seed = 0; seed < 5; seed++)
        {
            int[] chosen = Choose(many, dimensions, 20, init, seed);
            Assert.Equal(20, chosen.Distinct().Count());
            Assert.Equal(chosen, Choose(many, dimensions, 20, init, seed, threads: 3));
            Assert.NotEqual(chosen, Choose(many, dimensions, 20, init, seed + 1));
        }
    }

    [Theory]
    [InlineData(KmeansInit.KMeansPlusPlus)]
    [InlineData(KmeansInit.Random)]
    public void Points_without_weight_are_never_chosen(KmeansInit init)
    {
        double[] points = [1, 2, 3, 4, 5, 6, 7, 8];
        for (int seed = 0; seed < 50; seed++)
        {
            Assert.Equal([1, 4, 6], Choose(points, 1, 3, init, seed, [0, 1, 0, 0, 2, 0, 0.5, 0]).Order());
        }
    }

    [Theory]
    [InlineData(KmeansInit.KMeansPlusPlus)]
    [InlineData(KmeansInit.Random)]
    public void The_first_is_drawn_by_weight(KmeansInit init)
    {
        int heavy = Enumerable.Range(0, 4000).Count(seed => Choose([1, 2, 3], 1, 1, init, seed, [1, 2, 1])[0] == 1);
        Assert.InRange(heavy, 1880, 2120);
    }

    [Fact]
    public void The_second_is_drawn_by_weight_and_squared_distance()
    {
        // From 0, the others have shares 1/10 and 9/10; the best of two tries is 2 unless both are 1.
        int[] second = [.. Enumerable.Range(0, 8000).Select(seed => Choose([0, 1, 3], 1, 2, KmeansInit.KMeansPlusPlus, seed, [100, 0.01, 0.01])).Where(chosen => chosen[0] == 0).Select(chosen => chosen[1])];
        Assert.InRange(second.Count(i => i == 1) / (double)second.Length, 0.005, 0.016);
    }

    [Fact]
    public void Separate_clouds_get_one_each()
    {
        var random = new Random(2);
        double[] points = [.. Enumerable.Range(0, 500).SelectMany(i => new[] { (1000 * (i % 5)) + random.NextDouble(), random.NextDouble() })];
        for (int seed = 0; seed < 20; seed++)
        {
            Assert.Equal([0, 1, 2, 3, 4], Choose(points, 2, 5, KmeansInit.KMeansPlusPlus, seed).Select(i => i % 5).Order());
        }
    }

    [Fact]
    public void It_starts_lower_than_random_points_do()
    {
        (double[] points, int dimensions) = Datasets.Read("digits", false);
        double Mean(KmeansInit init) => Enumerable.Range(0, 10).Average(seed =>
        {
            double[] centroids = [.. Choose(points, dimensions, 10, init, seed).SelectMany(i => points[(i * dimensions)..((i + 1) * dimensions)])];
            return Inertia.Evaluate<double>(points, centroids, dimensions, default, new int[1797]).Loss;
        });
        Assert.True(Mean(KmeansInit.KMeansPlusPlus) < Mean(KmeansInit.Random));
    }

    [Fact]
    public void Equal_points_are_taken_in_order_once_no_other_is_left()
    {
        int[] chosen = Choose([5, 5, 5, 7], 1, 4, KmeansInit.KMeansPlusPlus, 1);
        Assert.Equal([0, 1, 2, 3], chosen.Order());
    }

    [Fact]
    public void Wrong_operands_are_refused_by_name()
    {
        Assert.Equal("nClusters", Assert.Throws<OperandException>(() => Choose([1, 2], 1, 3, KmeansInit.Random, 0)).Operand);
        Assert.Equal("nClusters", Assert.Throws<OperandException>(() => Choose([1, 2], 1, 0, KmeansInit.Random, 0)).Operand);
        Assert.Equal("nClusters", Assert.Throws<OperandException>(() => Choose([1, 2], 1, 2, KmeansInit.Random, 0, [0, 1])).Operand);
        Assert.Equal(("points", 1), Refused(() => Choose([1, double.NaN], 1, 1, KmeansInit.Random, 0)));
        Assert.Equal(("sampleWeight", 1), Refused(() => Choose([1, 2], 1, 1, KmeansInit.Random, 0, [1, -1])));
        Assert.Equal("points", Assert.Throws<OperandException>(() => Choose([1, 2, 3], 2, 1, KmeansInit.Random, 0)).Operand);
    }

    private static (string Operand, int Position) Refused(Action act)
    {
        OperandException refused = Assert.Throws<OperandException>(act);
        return (refused.Operand, refused.Position);
    }
}
