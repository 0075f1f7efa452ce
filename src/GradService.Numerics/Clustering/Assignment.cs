using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>Which centroid each point is nearest to.</summary>
public static class Assignment
{
    /// <summary>Finds the nearest centroid of each point: m(i) = argmin over k of ||x_i - c_k||².</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">x, <c>[N, D]</c>.</param>
    /// <param name="centroids">c, <c>[K, D]</c>, K at least 1.</param>
    /// <param name="dimensions">D, at least 1.</param>
    /// <param name="assignments">Receives m(i), <c>[N]</c>.</param>
    /// <param name="squaredDistances">Receives ||x_i - c_m(i)||², <c>[N]</c>; empty when not wanted.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">Lengths do not fit, or there is no centroid.</exception>
    /// <remarks>
    /// The answer is that of measuring every distance in FP64 from the differences of coordinates; a tie goes to the lowest index. A
    /// distance that is NaN loses against any other; where all are, the index is 0. Memory is linear in N + K.
    /// </remarks>
    public static void Evaluate<T>(
        ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, int dimensions, Span<int> assignments, Span<T> squaredDistances, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        KmeansRules.Clusters(points, centroids, assignments.Length, dimensions);
        ClusterPass.Run(points, centroids, dimensions, default, assign: true, assignments, squaredDistances, sums: null, execution);
    }
}
