using System.Globalization;
using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>One step of k-means: assign every point, then move the centroids.</summary>
public static class CentroidStep
{
    /// <summary>Makes one step.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">x, <c>[N, D]</c>: all points, or a batch.</param>
    /// <param name="centroids">c, <c>[K, D]</c>, K at least 1.</param>
    /// <param name="dimensions">D, at least 1.</param>
    /// <param name="sampleWeight">w, <c>[N]</c>, each finite and at least 0; empty for ones.</param>
    /// <param name="counts">For mini-batch, the running counts before the step, <c>[K]</c>, each finite and at least 0; empty for zeros.</param>
    /// <param name="options">How to step.</param>
    /// <param name="updated">Receives the moved centroids, <c>[K, D]</c>; may not overlap <paramref name="centroids"/>.</param>
    /// <param name="assignments">Receives the index of each point's nearest centroid before the step, <c>[N]</c>.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">
    /// Lengths do not fit, a weight or count is negative or not finite, the learning rate is missing or not above 0, or a cluster is empty
    /// and the policy is <see cref="EmptyCluster.Error"/>.
    /// </exception>
    public static StepSummary Evaluate<T>(
        ReadOnlySpan<T> points,
        ReadOnlySpan<T> centroids,
        int dimensions,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<T> counts,
        StepOptions options,
        Span<T> updated,
        Span<int> assignments,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double rate = Rate(options.Method, options.LearningRate);
        int clusters = KmeansRules.Clusters(points, centroids, assignments.Length, dimensions);
        double[] running = Running(counts, clusters);
        ClusterSums sums = Inertia.Evaluate(points, centroids, dimensions, sampleWeight, assignments, execution);
        return Move(points, centroids, sampleWeight, assignments, sums, running, options, rate, updated);
    }

    /// <summary>Where a method other than mini-batch leads from sums that are known, empty clusters staying where they are.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="method">Sgd, Lloyd or Newton.</param>
    /// <param name="centroids">c, <c>[K, D]</c>.</param>
    /// <param name="sums">The sums of the points by these centroids.</param>
    /// <param name="learningRate">The rate; Lloyd's step has none.</param>
    /// <param name="updated">Receives where it leads, <c>[K, D]</c>.</param>
    public static void Lead<T>(StepMethod method, ReadOnlySpan<T> centroids, ClusterSums sums, double learningRate, Span<T> updated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (method)
        {
            case StepMethod.Sgd:
                CentroidUpdate.Sgd(centroids, sums, learningRate, updated);
                break;
            case StepMethod.Newton:
                CentroidUpdate.Newton(centroids, sums, learningRate, updated);
                break;
            case StepMethod.Lloyd:
                CentroidUpdate.Lloyd(centroids, sums, updated);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(method), method, "A mini-batch step needs running counts.");
        }
    }

    /// <summary>Moves the centroids, the points being assigned and summed.</summary>
    internal static StepSummary Move<T>(
        ReadOnlySpan<T> points,
        ReadOnlySpan<T> centroids,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<int> assignments,
        ClusterSums sums,
        double[] running,
        StepOptions options,
        double rate,
        Span<T> updated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] empty = EmptyClusters.Find(sums.Weights);
        bool whole = options.Method is StepMethod.Lloyd or StepMethod.Newton;
        if (empty.Length > 0 && whole && options.Empty == EmptyCluster.Error)
        {
            throw EmptyClusters.Refuse(empty, sums.Dimensions);
        }

        ClusterSums moving = sums;
        int left = empty.Length;
        if (empty.Length > 0 && whole && options.Empty == EmptyCluster.Relocate)
        {
            moving = sums.Copy();
            left = EmptyClusters.Relocate(points, centroids, sampleWeight, assignments, moving);
        }

        double[] counts = options.Method == StepMethod.MiniBatch ? running : [.. moving.Weights];
        if (options.Method == StepMethod.MiniBatch)
        {
            CentroidUpdate.MiniBatch(centroids, moving, counts, updated);
        }
        else
        {
            Lead(options.Method, centroids, moving, rate, updated);
        }

        if (empty.Length > 0 && whole && options.Empty == EmptyCluster.Split)
        {
            left = EmptyClusters.Split(updated, counts, sums.Dimensions, options.Seed);
        }

        return new StepSummary(sums, counts, CentroidUpdate.SquaredShift<T>(centroids, updated), empty, left);
    }

    /// <summary>The learning rate in force; what it must be is said here.</summary>
    internal static double Rate(StepMethod method, double? learningRate)
    {
        if (learningRate is { } given && !(given > 0 && double.IsFinite(given)))
        {
            throw new OperandException(nameof(learningRate), string.Create(CultureInfo.InvariantCulture, $"{given} is not a learning rate: it must be finite and above 0."));
        }

        if (method == StepMethod.Sgd && learningRate is null)
        {
            throw new OperandException(
                nameof(learningRate),
                "The method sgd needs a learning_rate. It converges below 1 over the weight of the largest cluster; 1/(2 n) goes to the mean of a cluster of weight n in one step.");
        }

        return learningRate ?? 1;
    }

    private static double[] Running<T>(ReadOnlySpan<T> counts, int clusters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var running = new double[clusters];
        if (!counts.IsEmpty && counts.Length != clusters)
        {
            throw new OperandException(nameof(counts), $"{Quantity.Of(counts.Length, "count was", "counts were")} found; expected {clusters}, one for each centroid.");
        }

        for (int k = 0; k < counts.Length; k++)
        {
            running[k] = double.CreateTruncating(counts[k]);
            if (!double.IsFinite(running[k]) || running[k] < 0)
            {
                throw new OperandException(nameof(counts), string.Create(CultureInfo.InvariantCulture, $"{running[k]} is not a running count: counts are finite and at least 0."), k);
            }
        }

        return running;
    }
}
