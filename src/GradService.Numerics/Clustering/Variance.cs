using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>How far points are spread.</summary>
internal static class Variance
{
    /// <summary>The population variance of each coordinate, averaged over the coordinates; weights do not enter, as in scikit-learn.</summary>
    public static double MeanOverAxes<T>(ReadOnlySpan<T> points, int dimensions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = points.Length / dimensions;
        var means = new double[dimensions];
        for (int i = 0; i < points.Length; i += dimensions)
        {
            for (int d = 0; d < dimensions; d++)
            {
                means[d] += double.CreateTruncating(points[i + d]);
            }
        }

        for (int d = 0; d < dimensions; d++)
        {
            means[d] /= count;
        }

        double squares = 0;
        for (int i = 0; i < points.Length; i += dimensions)
        {
            for (int d = 0; d < dimensions; d++)
            {
                double difference = double.CreateTruncating(points[i + d]) - means[d];
                squares += difference * difference;
            }
        }

        return squares / points.Length;
    }
}
