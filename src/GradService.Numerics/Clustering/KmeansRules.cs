using System.Globalization;
using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>The rules of the operands that the k-means ops share.</summary>
internal static class KmeansRules
{
    /// <summary>Checks points against centroids and gives K.</summary>
    public static int Clusters<T>(ReadOnlySpan<T> points, ReadOnlySpan<T> centroids, int count, int dimensions)
        where T : unmanaged
    {
        CheckPoints(points, count, dimensions);
        if (centroids.IsEmpty || centroids.Length % dimensions != 0)
        {
            throw new OperandException(nameof(centroids), $"{Quantity.Of(centroids.Length, "number was", "numbers were")} found; expected at least one centroid of {Quantity.Of(dimensions, "dimension", "dimensions")}: [K, {dimensions}].");
        }

        return centroids.Length / dimensions;
    }

    /// <summary>Checks that there are so many points of so many dimensions.</summary>
    public static void CheckPoints<T>(ReadOnlySpan<T> points, int count, int dimensions)
    {
        if (dimensions < 1)
        {
            throw new OperandException(nameof(points), "The points have no coordinates: [N, D] needs a D of at least 1.");
        }

        if (points.Length != (long)count * dimensions)
        {
            throw new OperandException(nameof(points), $"{Quantity.Of(points.Length, "number was", "numbers were")} found; expected {(long)count * dimensions} for {Quantity.Of(count, "point", "points")} of {Quantity.Of(dimensions, "dimension", "dimensions")}.");
        }
    }

    /// <summary>Checks the weights: one for each point, or none at all.</summary>
    public static void CheckWeights<T>(ReadOnlySpan<T> sampleWeight, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!sampleWeight.IsEmpty && sampleWeight.Length != count)
        {
            throw new OperandException(nameof(sampleWeight), $"{Quantity.Of(sampleWeight.Length, "weight was", "weights were")} found; expected {count}, one for each point.");
        }

        for (int i = 0; i < sampleWeight.Length; i++)
        {
            if (!T.IsFinite(sampleWeight[i]) || sampleWeight[i] < T.Zero)
            {
                throw new OperandException(
                    nameof(sampleWeight),
                    string.Create(CultureInfo.InvariantCulture, $"{sampleWeight[i]} is not the weight of a point: weights are finite and at least 0."),
                    i);
            }
        }
    }

    /// <summary>Checks that all coordinates are finite, which whoever starts or iterates needs.</summary>
    public static void CheckFinite<T>(ReadOnlySpan<T> values, string operand)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]))
            {
                throw new OperandException(
                    operand,
                    string.Create(CultureInfo.InvariantCulture, $"{values[i]} was found; clustering needs finite coordinates. Leave the point out, or fill the gap first."),
                    i);
            }
        }
    }
}
