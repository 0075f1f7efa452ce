using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// What the gradients need of each position, plane after plane for each response r = n / (a b), n the product, a and b the lengths of patch
/// and template: <c>g / (a b)</c>, <c>g r / a²</c>, the patch's mean, and <c>g r</c>, with g the upstream. All 0 where 0/0 was taken for 0.
/// </summary>
internal static unsafe class LikenessMaps
{
    /// <summary>The planes of a response.</summary>
    public const int Planes = 4;

    /// <summary>The planes that the gradient by the search image reads.</summary>
    public const int SearchPlanes = 3;

    /// <summary>Widens a template, its mean removed where the normalisation asks for it.</summary>
    /// <returns>The template's square length.</returns>
    public static double Widen<T>(T* template, int count, SimilarityNormalization normalization, double scale, double* weights)
        where T : unmanaged
    {
        Tile.Widen(template, weights, count);
        Scale(weights, count, scale);
        if (normalization == SimilarityNormalization.Zncc)
        {
            // Less the first element beforehand, so that a constant is exactly 0 and a large mean takes no digits.
            double first = count > 0 ? weights[0] : 0;
            double sum = 0;
            for (int i = 0; i < count; i++)
            {
                weights[i] -= first;
                sum += weights[i];
            }

            double mean = sum / count;
            for (int i = 0; i < count; i++)
            {
                weights[i] -= mean;
            }
        }

        double square = 0;
        for (int i = 0; i < count; i++)
        {
            square += weights[i] * weights[i];
        }

        return square;
    }

    /// <summary>A power of two that brings values near 1 where their squares could leave FP64's range; else 1.</summary>
    public static double ScaleOf<T>(T* values, long count)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return 1;
        }

        double largest = 0;
        for (long i = 0; i < count; i++)
        {
            double magnitude = Math.Abs(((double*)values)[i]);
            largest = double.IsFinite(magnitude) && magnitude > largest ? magnitude : largest;
        }

        // Twice as far would be infinite, or round to 0.
        return largest is 0 or (> 1e-100 and < 1e100) ? 1 : Math.ScaleB(1, -Math.Clamp(Math.ILogB(largest), -1000, 1000));
    }

    /// <summary>Multiplies by a factor, unless it is 1.</summary>
    public static void Scale(double* values, long count, double factor)
    {
        for (long i = 0; factor != 1 && i < count; i++)
        {
            values[i] *= factor;
        }
    }

    /// <summary>The lanes before a count.</summary>
    public static Vector512<double> Mask(int lanes) => Vector512.LessThan(Vector512.Create(0.0, 1, 2, 3, 4, 5, 6, 7), Vector512.Create((double)lanes));
}
