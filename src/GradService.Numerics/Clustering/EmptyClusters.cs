using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>Finds a use for clusters without points.</summary>
internal static unsafe class EmptyClusters
{
    // faiss moves the two halves of a split cluster apart by this share of each coordinate.
    private const double SplitShare = 1.0 / 1024;

    /// <summary>The indices of the clusters without weight, ascending.</summary>
    public static int[] Find(ReadOnlySpan<double> weights)
    {
        var empty = new List<int>();
        for (int k = 0; k < weights.Length; k++)
        {
            if (weights[k] == 0)
            {
                empty.Add(k);
            }
        }

        return [.. empty];
    }

    /// <summary>The error that the policy <see cref="EmptyCluster.Error"/> asks for.</summary>
    public static OperandException Refuse(int[] empty, int dimensions) => new(
        "centroids",
        $"{(empty.Length == 1 ? $"Cluster {empty[0]} has" : $"Clusters {string.Join(", ", empty.Take(10))}{(empty.Length > 10 ? ", ..." : string.Empty)} have")} no points. Start elsewhere, or set empty to keep, relocate or split.",
        empty[0] * dimensions,
        axes: 1);

    /// <summary>
    /// scikit-learn's way: the points farthest from their centroids, the farthest first, become the only ones of an empty cluster each, and
    /// leave the cluster they were in. Points of weight 0 and points that lie on their centroid are not taken. A tie goes to the lowest index.
    /// </summary>
    /// <param name="points"><c>[N, D]</c>.</param>
    /// <param name="centroids">Before the step, <c>[K, D]</c>.</param>
    /// <param name="sampleWeight"><c>[N]</c>, or empty.</param>
    /// <param name="assignments"><c>[N]</c>; they are not changed.</param>
    /// <param name="sums">Their sums and weights are changed.</param>
    /// <returns>How many of the empty clusters stay so.</returns>
    public static int Relocate<T>(
        ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, ReadOnlySpan<T> sampleWeight, ReadOnlySpan<int> assignments, ClusterSums sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] empty = Find(sums.Weights);
        (int[] farthest, int[] members) = Farthest(points, centroids, sampleWeight, assignments, sums, empty.Length);
        for (int e = 0; e < farthest.Length; e++)
        {
            int i = farthest[e];
            int from = assignments[i];
            double weight = sampleWeight.IsEmpty ? 1 : double.CreateTruncating(sampleWeight[i]);
            Span<double> source = sums.Sums.AsSpan(from * sums.Dimensions, sums.Dimensions);
            Span<double> target = sums.Sums.AsSpan(empty[e] * sums.Dimensions, sums.Dimensions);
            ReadOnlySpan<T> point = points.Slice(i * sums.Dimensions, sums.Dimensions);
            for (int d = 0; d < point.Length; d++)
            {
                double share = weight * double.CreateTruncating(point[d]);
                source[d] -= share;
                target[d] = share;
            }

            sums.Weights[empty[e]] = weight;

            // The last point to leave takes all weight with it, whatever rounding says.
            members[from]--;
            sums.Weights[from] = members[from] == 0 ? 0 : sums.Weights[from] - weight;
        }

        return empty.Length - farthest.Length;
    }

    /// <summary>
    /// faiss's way: an empty cluster becomes a copy of one drawn with probability proportional to its weight less 1; even coordinates of the
    /// copy grow by 1/1024 and odd ones shrink, the other way about for the original, and each takes half the weight. A weight of at most 1,
    /// such as a single point's, is never split.
    /// </summary>
    /// <returns>How many of the empty clusters stay so, as none of the others weighs enough.</returns>
    public static int Split<T>(Span<T> centroids, Span<double> weights, int dimensions, long seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new SeededRandom(seed);
        var spare = new double[weights.Length];
        int[] empty = Find(weights);
        for (int e = 0; e < empty.Length; e++)
        {
            int k = empty[e];
            bool any = false;
            for (int j = 0; j < spare.Length; j++)
            {
                spare[j] = Math.Max(0, weights[j] - 1);
                any |= spare[j] > 0;
            }

            if (!any)
            {
                return empty.Length - e;
            }

            int donor = random.NextCategorical<double>(spare);
            for (int d = 0; d < dimensions; d++)
            {
                double value = double.CreateTruncating(centroids[(donor * dimensions) + d]);
                double share = d % 2 == 0 ? SplitShare : -SplitShare;
                centroids[(k * dimensions) + d] = T.CreateTruncating(value * (1 + share));
                centroids[(donor * dimensions) + d] = T.CreateTruncating(value * (1 - share));
            }

            weights[k] = weights[donor] / 2;
            weights[donor] -= weights[k];
        }

        return 0;
    }

    private static (int[] Farthest, int[] Members) Farthest<T>(
        ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, ReadOnlySpan<T> sampleWeight, ReadOnlySpan<int> assignments, ClusterSums sums, int wanted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var members = new int[sums.Clusters];

        // The nearest of those kept so far, and of equally near ones the last, stands first in line to be dropped.
        var kept = new PriorityQueue<int, (double Distance, int Before)>(wanted + 1);
        fixed (T* p = points, c = centroids)
        {
            for (int i = 0; i < assignments.Length; i++)
            {
                if (!sampleWeight.IsEmpty && sampleWeight[i] == T.Zero)
                {
                    continue;
                }

                members[assignments[i]]++;
                double distance = SquaredDistance.Between(p + ((long)i * sums.Dimensions), c + ((long)assignments[i] * sums.Dimensions), sums.Dimensions);
                if (distance > 0)
                {
                    kept.Enqueue(i, (distance, -i));
                    if (kept.Count > wanted)
                    {
                        kept.Dequeue();
                    }
                }
            }
        }

        var farthest = new int[kept.Count];
        for (int e = farthest.Length - 1; e >= 0; e--)
        {
            farthest[e] = kept.Dequeue();
        }

        return (farthest, members);
    }
}
