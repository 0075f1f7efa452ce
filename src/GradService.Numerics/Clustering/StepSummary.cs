namespace GradService.Numerics.Clustering;

/// <summary>What a step of k-means did.</summary>
/// <param name="Sums">The clusters as the points were assigned, before any policy for empty clusters.</param>
/// <param name="Counts">The weight of each cluster, <c>[K]</c>, after that policy; under mini-batch the running counts.</param>
/// <param name="SquaredShift">The sum over all centroids of the squared distance moved.</param>
/// <param name="Empty">The indices of the clusters that no point was assigned to.</param>
/// <param name="Left">How many of them stayed empty.</param>
public sealed record StepSummary(ClusterSums Sums, double[] Counts, double SquaredShift, int[] Empty, int Left);
