using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>Products of FP64 rows, in an order and with roundings that do not depend on the machine's vector width.</summary>
internal static unsafe class Products
{
    /// <summary>The sum of a_i b_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Dot(double* a, double* b, int length)
    {
        int i = 0;
        double sum = 0;
        if (length >= Tile.Lanes)
        {
            Vector512<double> even = Vector512<double>.Zero;
            Vector512<double> odd = Vector512<double>.Zero;
            for (; i <= length - (2 * Tile.Lanes); i += 2 * Tile.Lanes)
            {
                even = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), even);
                odd = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + Tile.Lanes), Vector512.Load(b + i + Tile.Lanes), odd);
            }

            if (i <= length - Tile.Lanes)
            {
                even = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), even);
                i += Tile.Lanes;
            }

            sum = Lanes.Sum(even + odd);
        }

        for (; i < length; i++)
        {
            sum = Math.FusedMultiplyAdd(a[i], b[i], sum);
        }

        return sum;
    }

    /// <summary>Adds scale * row to a sum, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScaled(double scale, double* row, double* sum, int length)
    {
        int i = 0;
        Vector512<double> factor = Vector512.Create(scale);
        for (; i <= length - Tile.Lanes; i += Tile.Lanes)
        {
            Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + i), Vector512.Load(sum + i)).Store(sum + i);
        }

        for (; i < length; i++)
        {
            sum[i] = Math.FusedMultiplyAdd(scale, row[i], sum[i]);
        }
    }

    /// <summary>Adds one row to another, element by element.</summary>
    public static void Add(double* row, double* sum, long length)
    {
        long i = 0;
        for (; i <= length - Tile.Lanes; i += Tile.Lanes)
        {
            (Vector512.Load(row + i) + Vector512.Load(sum + i)).Store(sum + i);
        }

        for (; i < length; i++)
        {
            sum[i] += row[i];
        }
    }

    /// <summary>Rounds FP64 results to the type they are answered in.</summary>
    public static void Round<T>(ReadOnlySpan<double> from, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = T.CreateTruncating(from[i]);
        }
    }
}
