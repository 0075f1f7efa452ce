namespace GradService.Numerics.Clustering;

/// <summary>
/// What one pass over points adds up for each cluster, in FP64. All of it adds up over shards of the points: it is all that a step of
/// k-means needs to know of them.
/// </summary>
public sealed class ClusterSums
{
    /// <summary>Sums of no points.</summary>
    /// <param name="clusters">K.</param>
    /// <param name="dimensions">D.</param>
    public ClusterSums(int clusters, int dimensions)
    {
        Clusters = clusters;
        Dimensions = dimensions;
        Sums = new double[(long)clusters * dimensions];
        Weights = new double[clusters];
        Losses = new double[clusters];
    }

    /// <summary>K.</summary>
    public int Clusters { get; }

    /// <summary>D.</summary>
    public int Dimensions { get; }

    /// <summary>S_k, the weighted sum of the points of each cluster, <c>[K, D]</c>.</summary>
    public double[] Sums { get; }

    /// <summary>n_k, the summed weight of the points of each cluster, <c>[K]</c>: their number where no weights are given.</summary>
    public double[] Weights { get; }

    /// <summary>The inertia of each cluster, <c>[K]</c>: the weighted sum of its points' squared distances.</summary>
    public double[] Losses { get; }

    /// <summary>The inertia: the clusters' losses added up in order.</summary>
    public double Loss => Total(Losses);

    /// <summary>The summed weight of all points.</summary>
    public double Weight => Total(Weights);

    /// <summary>The same sums in memory of their own.</summary>
    public ClusterSums Copy()
    {
        var copy = new ClusterSums(Clusters, Dimensions);
        Sums.CopyTo(copy.Sums, 0);
        Weights.CopyTo(copy.Weights, 0);
        Losses.CopyTo(copy.Losses, 0);
        return copy;
    }

    private static double Total(double[] values)
    {
        double total = 0;
        foreach (double value in values)
        {
            total += value;
        }

        return total;
    }
}
