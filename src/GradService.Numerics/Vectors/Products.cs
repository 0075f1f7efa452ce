using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>Products of FP64 rows, in an order and with roundings that do not depend on the machine's vector width.</summary>
internal static unsafe class Products
{
    /// <summary>The sums of a_i b_i for eight rows b side by side.</summary>
    /// <param name="a">One row of <paramref name="stride"/> numbers.</param>
    /// <param name="rows">Eight rows of as many, one after the other.</param>
    /// <param name="stride">A multiple of eight.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Dots(double* a, double* rows, int stride)
    {
        Vector512<double> s0 = Vector512<double>.Zero;
        Vector512<double> s1 = s0;
        Vector512<double> s2 = s0;
        Vector512<double> s3 = s0;
        Vector512<double> s4 = s0;
        Vector512<double> s5 = s0;
        Vector512<double> s6 = s0;
        Vector512<double> s7 = s0;
        long next = stride;
        for (int i = 0; i < stride; i += Tile.Lanes)
        {
            Vector512<double> factor = Vector512.Load(a + i);
            double* row = rows + i;
            s0 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(row), s0);
            s1 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + next), s1);
            s2 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + (2 * next)), s2);
            s3 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + (3 * next)), s3);
            s4 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + (4 * next)), s4);
            s5 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + (5 * next)), s5);
            s6 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + (6 * next)), s6);
            s7 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(row + (7 * next)), s7);
        }

        return Vector512.Create(Lanes.Sums(s0, s1, s2, s3), Lanes.Sums(s4, s5, s6, s7));
    }

    /// <summary>Adds eight rows, each times its factor, to a sum of <paramref name="stride"/> numbers, a multiple of eight, in the order of the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScaled(Vector512<double> factors, double* rows, double* sum, int stride)
    {
        var f0 = Vector512.Create(factors.GetElement(0));
        var f1 = Vector512.Create(factors.GetElement(1));
        var f2 = Vector512.Create(factors.GetElement(2));
        var f3 = Vector512.Create(factors.GetElement(3));
        var f4 = Vector512.Create(factors.GetElement(4));
        var f5 = Vector512.Create(factors.GetElement(5));
        var f6 = Vector512.Create(factors.GetElement(6));
        var f7 = Vector512.Create(factors.GetElement(7));
        long next = stride;
        for (int i = 0; i < stride; i += Tile.Lanes)
        {
            double* row = rows + i;
            Vector512<double> s = Vector512.FusedMultiplyAdd(f0, Vector512.Load(row), Vector512.Load(sum + i));
            s = Vector512.FusedMultiplyAdd(f1, Vector512.Load(row + next), s);
            s = Vector512.FusedMultiplyAdd(f2, Vector512.Load(row + (2 * next)), s);
            s = Vector512.FusedMultiplyAdd(f3, Vector512.Load(row + (3 * next)), s);
            s = Vector512.FusedMultiplyAdd(f4, Vector512.Load(row + (4 * next)), s);
            s = Vector512.FusedMultiplyAdd(f5, Vector512.Load(row + (5 * next)), s);
            s = Vector512.FusedMultiplyAdd(f6, Vector512.Load(row + (6 * next)), s);
            s = Vector512.FusedMultiplyAdd(f7, Vector512.Load(row + (7 * next)), s);
            s.Store(sum + i);
        }
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
