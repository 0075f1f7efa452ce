using System.Buffers;
using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>Chooses points as first centroids. The same seed chooses the same points on every machine, whatever the number of threads.</summary>
public static class Seeding
{
    /// <summary>Checks a number of clusters against the points that can become one.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="nClusters">How many clusters are asked for.</param>
    /// <param name="sampleWeight">w, <c>[N]</c>; empty for ones. A point of weight 0 cannot become a cluster.</param>
    /// <param name="count">N.</param>
    /// <exception cref="OperandException">There are fewer such points than clusters, or less than one cluster is asked for.</exception>
    public static void CheckClusterCount<T>(int nClusters, ReadOnlySpan<T> sampleWeight, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (nClusters < 1)
        {
            throw new OperandException(nameof(nClusters), $"{nClusters} was found; expected at least 1 cluster.");
        }

        int weighty = sampleWeight.IsEmpty ? count : count - sampleWeight.Count(T.Zero);
        if (nClusters > weighty)
        {
            throw new OperandException(
                nameof(nClusters),
                weighty == count
                    ? $"{Quantity.Of(nClusters, "cluster was", "clusters were")} asked for, and there {(count == 1 ? "is" : "are")} {Quantity.Of(count, "point", "points")}: each cluster needs one."
                    : $"{Quantity.Of(nClusters, "cluster was", "clusters were")} asked for, and of {Quantity.Of(count, "point", "points")} only {Quantity.Of(weighty, "has", "have")} a weight above 0: each cluster needs one.");
        }
    }

    /// <summary>Chooses the first centroids.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">x, <c>[N, D]</c>, finite.</param>
    /// <param name="dimensions">D, at least 1.</param>
    /// <param name="sampleWeight">w, <c>[N]</c>, each finite and at least 0; empty for ones. A point of weight 0 is never chosen.</param>
    /// <param name="init">How to choose.</param>
    /// <param name="seed">What to draw by; see <see cref="SeededRandom"/>.</param>
    /// <param name="indices">Receives the indices of the points chosen, <c>[K]</c>, all different.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">Lengths do not fit, a coordinate is not finite, a weight is negative or not finite, or fewer points than clusters have a weight above 0.</exception>
    /// <remarks>
    /// k-means++: D. Arthur and S. Vassilvitskii, k-means++: The Advantages of Careful Seeding, SODA 2007; greedy, with 2 + floor(ln K)
    /// tries for each centroid as in scikit-learn: the try that leaves the least inertia is taken, of equal ones the first. Where all points
    /// lie on chosen ones, the first point not chosen is taken.
    /// </remarks>
    public static void Choose<T>(
        ReadOnlySpan<T> points, int dimensions, ReadOnlySpan<T> sampleWeight, KmeansInit init, long seed, Span<int> indices, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (dimensions < 1 || points.Length % dimensions != 0)
        {
            KmeansRules.CheckPoints(points, dimensions < 1 ? 0 : points.Length / dimensions, dimensions);
        }

        int count = points.Length / dimensions;
        KmeansRules.CheckFinite(points, nameof(points));
        KmeansRules.CheckWeights(sampleWeight, count);
        CheckClusterCount(indices.Length, sampleWeight, count);
        var random = new SeededRandom(seed);
        if (init == KmeansInit.Random)
        {
            ChooseAtRandom(count, sampleWeight, ref random, indices);
        }
        else
        {
            PlusPlus.Choose(points, dimensions, sampleWeight, ref random, indices, execution);
        }
    }

    /// <summary>Copies the chosen points.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">x, <c>[N, D]</c>.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="indices">Which points, <c>[K]</c>.</param>
    /// <param name="centroids">Receives them, <c>[K, D]</c>.</param>
    public static void Gather<T>(ReadOnlySpan<T> points, int dimensions, ReadOnlySpan<int> indices, Span<T> centroids)
        where T : unmanaged
    {
        for (int k = 0; k < indices.Length; k++)
        {
            points.Slice(indices[k] * dimensions, dimensions).CopyTo(centroids[(k * dimensions)..]);
        }
    }

    private static void ChooseAtRandom<T>(int count, ReadOnlySpan<T> sampleWeight, ref SeededRandom random, Span<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] left = ArrayPool<double>.Shared.Rent(count);
        for (int i = 0; i < count; i++)
        {
            left[i] = sampleWeight.IsEmpty ? 1 : double.CreateTruncating(sampleWeight[i]);
        }

        var draw = new WeightedDraw(left.AsSpan(0, count));
        for (int k = 0; k < indices.Length; k++)
        {
            indices[k] = draw.Next(random.NextUniform());
            draw.Take(indices[k]);
        }

        ArrayPool<double>.Shared.Return(left);
    }
}
