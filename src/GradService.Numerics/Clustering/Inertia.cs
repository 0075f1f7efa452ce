using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>The loss of k-means, L = sum_i w_i ||x_i - c_m(i)||², and its gradients with the assignments m held.</summary>
public static class Inertia
{
    /// <summary>Assigns every point to its nearest centroid and adds up what the loss, its gradient and every step are made of.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">x, <c>[N, D]</c>.</param>
    /// <param name="centroids">c, <c>[K, D]</c>, K at least 1.</param>
    /// <param name="dimensions">D, at least 1.</param>
    /// <param name="sampleWeight">w, <c>[N]</c>, each finite and at least 0; empty for ones. A point of weight 0 is assigned and moves nothing.</param>
    /// <param name="assignments">Receives m(i), <c>[N]</c>; see <see cref="Assignment"/>.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">Lengths do not fit, there is no centroid, or a weight is negative or not finite.</exception>
    public static ClusterSums Evaluate<T>(
        ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, int dimensions, ReadOnlySpan<T> sampleWeight, Span<int> assignments, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Sum(points, centroids, dimensions, sampleWeight, assign: true, assignments, null, execution);

    /// <summary>The same, again and again while the centroids move.</summary>
    internal static ClusterSums EvaluateAgain<T>(
        ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, int dimensions, ReadOnlySpan<T> sampleWeight, Span<int> assignments, DistanceBounds? bounds, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Sum(points, centroids, dimensions, sampleWeight, assign: true, assignments, bounds, execution);

    /// <summary>As <see cref="Evaluate"/>, with the assignments given: what the loss is when they are held while points or centroids move.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">x, <c>[N, D]</c>.</param>
    /// <param name="centroids">c, <c>[K, D]</c>.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="sampleWeight">w, <c>[N]</c>, or empty for ones.</param>
    /// <param name="assignments">m(i), <c>[N]</c>, each from 0 to K - 1.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">As for <see cref="Evaluate"/>, or an assignment is no centroid's index.</exception>
    public static ClusterSums EvaluateHeld<T>(
        ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, int dimensions, ReadOnlySpan<T> sampleWeight, ReadOnlySpan<int> assignments, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int clusters = KmeansRules.Clusters(points, centroids, assignments.Length, dimensions);
        for (int i = 0; i < assignments.Length; i++)
        {
            if ((uint)assignments[i] >= (uint)clusters)
            {
                throw new OperandException(nameof(assignments), $"{assignments[i]} is not a centroid: there are {clusters}, so assignments run from 0 to {clusters - 1}.", i);
            }
        }

        return Sum(points, centroids, dimensions, sampleWeight, assign: false, assignments.ToArray(), null, execution);
    }

    /// <summary>The gradient by the centroids: 2 (n_k c_k - S_k), times a factor; 0 for an empty cluster.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="centroids">c, <c>[K, D]</c>.</param>
    /// <param name="sums">The sums of the points by these centroids.</param>
    /// <param name="factor">What it is multiplied by: an upstream gradient, over the summed weight for the gradient of a mean.</param>
    /// <param name="gradient">Receives the gradient, <c>[K, D]</c>.</param>
    public static void CentroidGradient<T>(ReadOnlySpan<T> centroids, ClusterSums sums, double factor, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < gradient.Length; i++)
        {
            double weight = sums.Weights[i / sums.Dimensions];
            gradient[i] = weight == 0 ? T.Zero : T.CreateTruncating(factor * CentroidUpdate.Gradient(double.CreateTruncating(centroids[i]), weight, sums.Sums[i]));
        }
    }

    /// <summary>The gradient by the points: 2 w_i (x_i - c_m(i)), times a factor; 0 for a point of weight 0.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">x, <c>[N, D]</c>.</param>
    /// <param name="centroids">c, <c>[K, D]</c>.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="sampleWeight">w, <c>[N]</c>, or empty for ones.</param>
    /// <param name="assignments">m(i), <c>[N]</c>.</param>
    /// <param name="factor">What it is multiplied by.</param>
    /// <param name="gradient">Receives the gradient, <c>[N, D]</c>.</param>
    public static void PointGradient<T>(
        ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, int dimensions, ReadOnlySpan<T> sampleWeight, ReadOnlySpan<int> assignments, double factor, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < assignments.Length; i++)
        {
            double scale = 2 * factor * (sampleWeight.IsEmpty ? 1 : double.CreateTruncating(sampleWeight[i]));
            ReadOnlySpan<T> point = points.Slice(i * dimensions, dimensions);
            ReadOnlySpan<T> centroid = centroids.Slice(assignments[i] * dimensions, dimensions);
            Span<T> row = gradient.Slice(i * dimensions, dimensions);
            for (int d = 0; d < dimensions; d++)
            {
                row[d] = scale == 0 ? T.Zero : T.CreateTruncating(scale * (double.CreateTruncating(point[d]) - double.CreateTruncating(centroid[d])));
            }
        }
    }

    private static ClusterSums Sum<T>(
        ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, int dimensions, ReadOnlySpan<T> sampleWeight, bool assign, Span<int> assignments, DistanceBounds? bounds, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int clusters = KmeansRules.Clusters(points, centroids, assignments.Length, dimensions);
        KmeansRules.CheckWeights(sampleWeight, assignments.Length);
        var sums = new ClusterSums(clusters, dimensions);
        ClusterPass.Run(points, centroids, dimensions, sampleWeight, assign, assignments, default, sums, execution, bounds: bounds);
        return sums;
    }
}
