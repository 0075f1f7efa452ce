using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Clustering;

/// <summary>Points, centroids and weights, checked against each other.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class KmeansOperands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public KmeansOperands(Tensor points, Tensor? centroids, Tensor? sampleWeight, Evaluation run)
    {
        Require.Rank(points.Shape, "points", 2, 2, "[N, D], a row of coordinates for each point; one point is [1, D], points on a line are [N, 1]");
        Count = points.Shape[0];
        Dimensions = points.Shape[1];
        Points = run.Floats<T>(points);
        if (centroids is not null)
        {
            Require.Rank(centroids.Shape, "centroids", 2, 2, "[K, D], a row of coordinates for each centroid");
            Require.Shape(
                centroids.Shape, "centroids", new Shape(centroids.Shape[0], Dimensions), $"as the points {points.Shape} have {Quantity.Of(Dimensions, "coordinate", "coordinates")} each");
            Centroids = run.Floats<T>(centroids);
        }

        if (sampleWeight is not null)
        {
            Require.Shape(sampleWeight.Shape, "sampleWeight", new Shape(Count), "one weight for each point");
            SampleWeight = run.Floats<T>(sampleWeight);
        }
    }

    public int Count { get; }

    public int Dimensions { get; }

    public Tensor<T> Points { get; }

    /// <summary>The centroids, for operations that require them.</summary>
    public Tensor<T> Centroids { get => field ?? throw new InvalidOperationException("The operation has no centroids."); }

    public Tensor<T>? SampleWeight { get; }

    /// <summary>Numbers in FP64 as a tensor of the run's type.</summary>
    public static Tensor<T> Narrow(ReadOnlySpan<double> values, Shape shape, Evaluation run)
    {
        Tensor<T> tensor = run.Rent<T>(shape);
        for (int i = 0; i < values.Length; i++)
        {
            tensor.Span[i] = T.CreateTruncating(values[i]);
        }

        return tensor;
    }
}
