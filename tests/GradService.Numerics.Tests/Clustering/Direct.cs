namespace GradService.Numerics.Tests.Clustering;

/// <summary>k-means by its definition, in FP64 and one distance at a time: what the blocked ops are held against.</summary>
internal static class Direct
{
    public static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int d = 0; d < a.Length; d++)
        {
            sum += (a[d] - b[d]) * (a[d] - b[d]);
        }

        return sum;
    }

    public static int[] Assign(double[] points, double[] centroids, int dimensions)
    {
        var assignments = new int[points.Length / dimensions];
        for (int i = 0; i < assignments.Length; i++)
        {
            double least = double.PositiveInfinity;
            for (int k = 0; k < centroids.Length / dimensions; k++)
            {
                double distance = SquaredDistance(points.AsSpan(i * dimensions, dimensions), centroids.AsSpan(k * dimensions, dimensions));
                if (distance < least)
                {
                    (assignments[i], least) = (k, distance);
                }
            }
        }

        return assignments;
    }

    public static double[] Wide(float[] values) => [.. values.Select(value => (double)value)];

    public static float[] Narrow(double[] values) => [.. values.Select(value => (float)value)];
}
