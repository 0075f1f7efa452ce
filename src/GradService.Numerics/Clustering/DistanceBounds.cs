using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>
/// How far each point is at least from every centroid but its own, kept up while the centroids move: a point that is nearer to its own
/// keeps it without a look at the others. Which points are looked at changes no bit of any answer.
/// </summary>
/// <remarks>Source: G. Hamerly, Making k-means even faster, 2010; his upper bound is the exact distance here, which the loss needs anyway.</remarks>
/// <param name="points">N.</param>
internal sealed class DistanceBounds(int points)
{
    /// <summary>Below so many centroids, looking at them all costs less than the bounds do.</summary>
    public const int LeastClusters = 64;

    // Far more than the roundings of a distance, and far less than what it is worth to know.
    private const double Margin = 1e-6;

    // A difference and a product, each rounded.
    private const double Rounded = 1 - 4.5e-16;

    private double _largest;
    private double _second;
    private int _fastest = -1;

    /// <summary>The bounds as of the centroids before their last move, <c>[N]</c>; 0 where nothing is known.</summary>
    public double[] Others { get; } = new double[points];

    /// <summary>Takes note of a move of the centroids.</summary>
    /// <param name="before">Where they were, <c>[K, D]</c>.</param>
    /// <param name="after">Where they are, <c>[K, D]</c>.</param>
    /// <param name="dimensions">D.</param>
    public unsafe void Follow<T>(ReadOnlySpan<T> before, ReadOnlySpan<T> after, int dimensions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (_largest, _second, _fastest) = (0, 0, -1);
        fixed (T* from = before, to = after)
        {
            for (int k = 0; k < before.Length / dimensions; k++)
            {
                double move = (1 + Margin) * Math.Sqrt(SquaredDistance.Between(from + ((long)k * dimensions), to + ((long)k * dimensions), dimensions));
                if (move > _largest)
                {
                    (_second, _largest, _fastest) = (_largest, move, k);
                }
                else
                {
                    _second = Math.Max(_second, move);
                }
            }
        }
    }

    /// <summary>What is left of a bound now that the centroids have moved.</summary>
    /// <param name="bound">The bound before.</param>
    /// <param name="own">The point's own centroid.</param>
    public double After(double bound, int own) => (bound - (own == _fastest ? _second : _largest)) * Rounded;

    /// <summary>Whether a point is nearer to its own centroid than to any other.</summary>
    /// <param name="squaredDistance">To its own.</param>
    /// <param name="bound">The least distance to the others.</param>
    public static bool IsSettled(double squaredDistance, double bound) => Math.Sqrt(squaredDistance) * (1 + Margin) < bound;
}
