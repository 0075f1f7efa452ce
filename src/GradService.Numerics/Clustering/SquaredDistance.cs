using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>
/// Squared distances in FP64 from the differences of coordinates: no cancellation, however far from the origin. Products and sums are
/// rounded apart and always in eight lanes, so that every machine gives the same bits.
/// </summary>
internal static unsafe class SquaredDistance
{
    private const int Lane = 8;

    /// <summary>The squared Euclidean distance of two points, the first of which is added on the way to a sum in FP64 unless that is null.</summary>
    public static double Between<T>(T* a, T* b, int dimensions, double* sum = null)
        where T : unmanaged
    {
        Vector512<double> even = Vector512<double>.Zero;
        Vector512<double> odd = Vector512<double>.Zero;
        int d = 0;
        for (; d <= dimensions - (2 * Lane); d += 2 * Lane)
        {
            Vector512<double> first = Wide(a + d);
            Vector512<double> second = Wide(a + d + Lane);
            if (sum != null)
            {
                (Vector512.Load(sum + d) + first).Store(sum + d);
                (Vector512.Load(sum + d + Lane) + second).Store(sum + d + Lane);
            }

            first -= Wide(b + d);
            second -= Wide(b + d + Lane);
            even += first * first;
            odd += second * second;
        }

        if (d <= dimensions - Lane)
        {
            Vector512<double> first = Wide(a + d);
            if (sum != null)
            {
                (Vector512.Load(sum + d) + first).Store(sum + d);
            }

            first -= Wide(b + d);
            even += first * first;
            d += Lane;
        }

        double distance = Lanes.Sum(even + odd);
        for (; d < dimensions; d++)
        {
            double first = Wide1(a + d);
            if (sum != null)
            {
                sum[d] += first;
            }

            first -= Wide1(b + d);
            distance += first * first;
        }

        return distance;
    }

    /// <summary>Adds weight * point to a sum in FP64.</summary>
    public static void Add<T>(T* point, double weight, double* sum, int dimensions)
        where T : unmanaged
    {
        int d = 0;
        if (weight == 1)
        {
            for (; d <= dimensions - Lane; d += Lane)
            {
                (Vector512.Load(sum + d) + Wide(point + d)).Store(sum + d);
            }
        }
        else
        {
            Vector512<double> factor = Vector512.Create(weight);
            for (; d <= dimensions - Lane; d += Lane)
            {
                (Vector512.Load(sum + d) + (factor * Wide(point + d))).Store(sum + d);
            }
        }

        for (; d < dimensions; d++)
        {
            sum[d] += weight * Wide1(point + d);
        }
    }

    /// <summary>Eight coordinates in FP64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Wide<T>(T* from)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            return Vector512.Load((double*)from);
        }

        return Vector512.WidenLower(Vector256.Load((float*)from).ToVector512Unsafe());
    }

    /// <summary>One coordinate in FP64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Wide1<T>(T* from)
        where T : unmanaged => typeof(T) == typeof(double) ? *(double*)from : *(float*)from;
}
