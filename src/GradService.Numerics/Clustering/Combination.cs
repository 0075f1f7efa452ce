using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>Adds up what shards of the points sent, and makes one exact Lloyd step of it.</summary>
public static class Combination
{
    /// <summary>Combines partial sums.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="sums">S of each shard, <c>[P, K, D]</c>.</param>
    /// <param name="counts">n of each shard, <c>[P, K]</c>, each finite and at least 0.</param>
    /// <param name="centroids">The centroids that the shards were assigned by, <c>[K, D]</c>: a cluster without points keeps its own.</param>
    /// <param name="dimensions">D, at least 1.</param>
    /// <param name="empty">Keep or error; the other policies need the points.</param>
    /// <param name="updated">Receives the new centroids, <c>[K, D]</c>.</param>
    /// <returns>The summary of the step; the clusters' losses are not known, so those of its sums are 0.</returns>
    /// <exception cref="OperandException">Lengths do not fit, a count is negative or not finite, or a cluster is empty and that is an error.</exception>
    public static StepSummary Evaluate<T>(
        ReadOnlySpan<T> sums, ReadOnlySpan<T> counts, ReadOnlySpan<T> centroids, int dimensions, EmptyCluster empty, Span<T> updated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int clusters = KmeansRules.Clusters(default, centroids, 0, dimensions);
        if (counts.Length % clusters != 0)
        {
            throw new OperandException(nameof(counts), $"{Quantity.Of(counts.Length, "count was", "counts were")} found; expected one for each centroid ({clusters}) from every shard.");
        }

        int shards = counts.Length / clusters;
        if (sums.Length != (long)shards * centroids.Length)
        {
            throw new OperandException(nameof(sums), $"{Quantity.Of(sums.Length, "number was", "numbers were")} found; expected {(long)shards * centroids.Length} for {Quantity.Of(shards, "shard", "shards")} of {Quantity.Of(clusters, "centroid", "centroids")} of {Quantity.Of(dimensions, "dimension", "dimensions")}.");
        }

        if (empty is EmptyCluster.Relocate or EmptyCluster.Split)
        {
            throw new OperandException(nameof(empty), "keep or error was expected: the points are on the shards, and relocate and split belong to kmeans/step and kmeans/fit.");
        }

        var total = new ClusterSums(clusters, dimensions);
        for (int i = 0; i < counts.Length; i++)
        {
            if (!T.IsFinite(counts[i]) || counts[i] < T.Zero)
            {
                throw new OperandException(nameof(counts), "The weight of a cluster's points is finite and at least 0.", i);
            }

            total.Weights[i % clusters] += double.CreateTruncating(counts[i]);
        }

        for (int i = 0; i < sums.Length; i++)
        {
            total.Sums[i % centroids.Length] += double.CreateTruncating(sums[i]);
        }

        return CentroidStep.Move(default, centroids, default, default, total, [], new StepOptions { Empty = empty }, 1, updated);
    }
}
