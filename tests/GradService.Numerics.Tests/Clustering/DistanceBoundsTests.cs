using System.Numerics;
using GradService.Numerics.Clustering;

namespace GradService.Numerics.Tests.Clustering;

/// <summary>Runs with enough centroids that most points are not looked at again.</summary>
public sealed class DistanceBoundsTests
{
    public static TheoryData<string, int, int, int> Clouds => new(
        ("blobs", 3000, 3, 70),
        ("blobs", 1500, 100, 64),
        ("noise", 2000, 7, 300),
        ("noise", 500, 1, 66),
        ("grid with ties", 1600, 2, 64),
        ("far away", 1500, 4, 80),
        ("tiny", 1500, 5, 64),
        ("huge", 1500, 5, 64),
        ("all the same", 200, 3, 70));

    [Theory]
    [MemberData(nameof(Clouds))]
    public void A_run_is_step_after_step_to_the_bit(string cloud, int count, int dimensions, int clusters)
    {
        double[] points = Draw(cloud, count, dimensions);
        foreach (FitOptions options in new[] { new FitOptions { Tol = 0, MaxIter = 40 }, new FitOptions { Tol = 0, MaxIter = 12, Method = StepMethod.Newton, LearningRate = 0.7, Empty = EmptyCluster.Keep } })
        {
            Compare<double>(points, dimensions, clusters, options);
            Compare<float>(points, dimensions, clusters, options);
        }
    }

    [Theory]
    [MemberData(nameof(Clouds))]
    public void What_is_known_of_the_other_centroids_is_never_more_than_the_truth(string cloud, int count, int dimensions, int clusters)
    {
        double[] points = Draw(cloud, count, dimensions);
        double[] centroids = points[..(clusters * dimensions)];
        var assignments = new int[count];
        var bounds = new DistanceBounds(count);
        var random = new Random(3);
        double known = 0;
        for (int pass = 0; pass < 6; pass++)
        {
            ClusterPass.Run<double>(points, centroids, dimensions, default, true, assignments, default, new ClusterSums(clusters, dimensions), default, bounds: bounds);
            Assert.Equal(Direct.Assign(points, centroids, dimensions), assignments);
            for (int i = 0; i < count; i++)
            {
                double nearest = Enumerable.Range(0, clusters).Where(k => k != assignments[i])
                    .Min(k => Math.Sqrt(Direct.SquaredDistance(points.AsSpan(i * dimensions, dimensions), centroids.AsSpan(k * dimensions, dimensions))));
                Assert.InRange(bounds.Others[i], 0, nearest * (1 + 1e-12));
                known += nearest > 0 && cloud != "far away" ? bounds.Others[i] / nearest / count : 1.0 / count;
            }

            double[] moved = [.. centroids.Select(value => value * (1 + (0.002 * (random.NextDouble() - 0.5))))];
            bounds.Follow<double>(centroids, moved, dimensions);
            centroids = moved;
        }

        // In the mean they are near enough to the truth to be of use.
        Assert.InRange(known / 6, 0.5, 1.0001);
    }

    private static void Compare<T>(double[] wide, int dimensions, int clusters, FitOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] points = [.. wide.Select(T.CreateTruncating)];
        int count = points.Length / dimensions;
        T[] centroids = points[..(clusters * dimensions)];
        T[] stepped = [.. centroids];
        var assignments = new int[count];
        FitSummary fit = KmeansFit.Evaluate<T>(points, dimensions, default, options, centroids, assignments, new Execution(2));
        var updated = new T[stepped.Length];
        for (int iteration = 0; iteration < fit.Iterations; iteration++)
        {
            var step = new StepOptions { Method = options.Method, LearningRate = options.LearningRate, Empty = options.Empty, Seed = options.Seed + iteration };
            StepSummary moved = CentroidStep.Evaluate<T>(points, stepped, dimensions, default, default, step, updated, assignments);
            Assert.Equal(moved.Sums.Loss, fit.LossHistory[iteration]);
            updated.CopyTo(stepped, 0);
        }

        Assert.Equal(stepped, centroids);
        Assert.InRange(fit.Iterations, 1, options.MaxIter);
        Assert.InRange(clusters, DistanceBounds.LeastClusters, count);
    }

    private static double[] Draw(string cloud, int count, int dimensions)
    {
        var random = new Random(7);
        double[] middles = [.. Enumerable.Range(0, 25 * dimensions).Select(_ => 20 * random.NextDouble())];
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return
        [
            .. Enumerable.Range(0, count * dimensions).Select(i => cloud switch
            {
                "blobs" => middles[(i / dimensions % 25 * dimensions) + (i % dimensions)] + (0.3 * Normal()),
                "grid with ties" => i % dimensions == 0 ? i / dimensions % 40 : i / dimensions / 40,
                "far away" => 1e6 + Normal(),
                "tiny" => 1e-30 * Normal(),
                "huge" => 1e17 * Normal(),
                "all the same" => 1.25,
                _ => Normal(),
            }),
        ];
    }
}
