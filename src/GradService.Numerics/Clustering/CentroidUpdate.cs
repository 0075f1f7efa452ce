using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>How one coordinate of a centroid moves, given what its cluster adds up to.</summary>
internal static class CentroidUpdate
{
    /// <summary>2 (n c - S), the derivative of the inertia.</summary>
    public static double Gradient(double centroid, double weight, double sum) => 2 * ((weight * centroid) - sum);

    /// <summary>Lloyd's step: each centroid becomes the mean of its cluster; one without points stays.</summary>
    public static void Lloyd<T>(ReadOnlySpan<T> centroids, ClusterSums sums, Span<T> updated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < updated.Length; i++)
        {
            double weight = sums.Weights[i / sums.Dimensions];
            updated[i] = weight == 0 ? centroids[i] : T.CreateTruncating(sums.Sums[i] / weight);
        }
    }

    /// <summary>Newton's step, times a rate: the gradient over the Hessian 2 n; a centroid whose Hessian is 0 stays.</summary>
    public static void Newton<T>(ReadOnlySpan<T> centroids, ClusterSums sums, double rate, Span<T> updated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < updated.Length; i++)
        {
            double weight = sums.Weights[i / sums.Dimensions];
            double centroid = double.CreateTruncating(centroids[i]);
            updated[i] = weight == 0 ? centroids[i] : T.CreateTruncating(centroid - (rate * Gradient(centroid, weight, sums.Sums[i]) / (2 * weight)));
        }
    }

    /// <summary>A step down the gradient.</summary>
    public static void Sgd<T>(ReadOnlySpan<T> centroids, ClusterSums sums, double rate, Span<T> updated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < updated.Length; i++)
        {
            double weight = sums.Weights[i / sums.Dimensions];
            double centroid = double.CreateTruncating(centroids[i]);
            updated[i] = weight == 0 ? centroids[i] : T.CreateTruncating(centroid - (rate * Gradient(centroid, weight, sums.Sums[i])));
        }
    }

    /// <summary>Moves each centroid to the mean of all that it was ever given: its running count weighs where it stands, the batch the rest.</summary>
    /// <param name="centroids">Where they stand, <c>[K, D]</c>.</param>
    /// <param name="sums">The sums of the batch.</param>
    /// <param name="counts">The running counts, <c>[K]</c>; the batch is added to them.</param>
    /// <param name="updated">Receives the moved centroids; may be <paramref name="centroids"/>.</param>
    public static void MiniBatch<T>(ReadOnlySpan<T> centroids, ClusterSums sums, Span<double> counts, Span<T> updated)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int k = 0; k < sums.Clusters; k++)
        {
            double weight = sums.Weights[k];
            for (int d = 0; d < sums.Dimensions; d++)
            {
                int i = (k * sums.Dimensions) + d;
                updated[i] = weight == 0
                    ? centroids[i]
                    : T.CreateTruncating(((counts[k] * double.CreateTruncating(centroids[i])) + sums.Sums[i]) / (counts[k] + weight));
            }

            counts[k] += weight;
        }
    }

    /// <summary>The sum of squared moves of all coordinates.</summary>
    public static double SquaredShift<T>(ReadOnlySpan<T> before, ReadOnlySpan<T> after)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double shift = 0;
        for (int i = 0; i < before.Length; i++)
        {
            double move = double.CreateTruncating(after[i]) - double.CreateTruncating(before[i]);
            shift += move * move;
        }

        return shift;
    }
}
