using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The innermost part of a blocked product of 16-bit matrices: as <see cref="ProductTile"/>, with two products in each step of a lane. Sums are exact
/// as long as they fit in 32 bits. Needs AVX-512.
/// </summary>
internal static unsafe class ShortProductTile
{
    /// <summary>Rows in a tile.</summary>
    public const int Rows = ProductTile.Rows;

    /// <summary>Whether the machine can.</summary>
    public static bool IsSupported => Avx512BW.IsSupported;

    /// <summary>Adds the products of six rows and a panel of 64 columns, times a unit, to what the sums hold already or start from.</summary>
    /// <param name="rows">The rows, two factors in a number; the next row is <paramref name="rowStride"/> further.</param>
    /// <param name="rowStride">From a row to the next.</param>
    /// <param name="panel">The columns' factors, <c>[pairs, 64]</c>, two in a number.</param>
    /// <param name="pairs">How many pairs of products each sum is of.</param>
    /// <param name="unit">What the sums are multiplied by.</param>
    /// <param name="start">What each column's sum starts from, for all rows alike; null to add to <paramref name="sums"/>.</param>
    /// <param name="sums">Receives the sums; the next row is <paramref name="sumStride"/> further.</param>
    /// <param name="sumStride">From a row of sums to the next.</param>
    public static void Four(int* rows, int rowStride, int* panel, int pairs, float unit, float* start, float* sums, int sumStride)
    {
        const int N = 16;
        Vector512<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<int> c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        Vector512<int> e0 = default, e1 = default, e2 = default, e3 = default, f0 = default, f1 = default, f2 = default, f3 = default;
        int* rowB = rows + rowStride, rowC = rowB + rowStride, rowD = rowC + rowStride, rowE = rowD + rowStride, rowF = rowE + rowStride;
        for (int i = 0; i < pairs; i++, panel += 4 * N)
        {
            Vector512<short> p0 = Load(panel), p1 = Load(panel + N), p2 = Load(panel + (2 * N)), p3 = Load(panel + (3 * N));
            Multiply(rows[i], p0, p1, ref a0, ref a1);
            Multiply(rows[i], p2, p3, ref a2, ref a3);
            Multiply(rowB[i], p0, p1, ref b0, ref b1);
            Multiply(rowB[i], p2, p3, ref b2, ref b3);
            Multiply(rowC[i], p0, p1, ref c0, ref c1);
            Multiply(rowC[i], p2, p3, ref c2, ref c3);
            Multiply(rowD[i], p0, p1, ref d0, ref d1);
            Multiply(rowD[i], p2, p3, ref d2, ref d3);
            Multiply(rowE[i], p0, p1, ref e0, ref e1);
            Multiply(rowE[i], p2, p3, ref e2, ref e3);
            Multiply(rowF[i], p0, p1, ref f0, ref f1);
            Multiply(rowF[i], p2, p3, ref f2, ref f3);
        }

        Put(a0, a1, b0, b1, c0, c1, d0, d1, e0, e1, f0, f1, unit, start, sums, sumStride);
        Put(a2, a3, b2, b3, c2, c3, d2, d3, e2, e3, f2, f3, unit, start == null ? null : start + (2 * N), sums + (2 * N), sumStride);
    }

    /// <summary>As <see cref="Four"/>, with panels of 32 columns.</summary>
    public static void Two(int* rows, int rowStride, int* panel, int pairs, float unit, float* start, float* sums, int sumStride)
    {
        const int N = 16;
        Vector512<int> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Vector512<int> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        int* rowB = rows + rowStride, rowC = rowB + rowStride, rowD = rowC + rowStride, rowE = rowD + rowStride, rowF = rowE + rowStride;
        for (int i = 0; i < pairs; i++, panel += 2 * N)
        {
            Vector512<short> p0 = Load(panel), p1 = Load(panel + N);
            Multiply(rows[i], p0, p1, ref a0, ref a1);
            Multiply(rowB[i], p0, p1, ref b0, ref b1);
            Multiply(rowC[i], p0, p1, ref c0, ref c1);
            Multiply(rowD[i], p0, p1, ref d0, ref d1);
            Multiply(rowE[i], p0, p1, ref e0, ref e1);
            Multiply(rowF[i], p0, p1, ref f0, ref f1);
        }

        Put(a0, a1, b0, b1, c0, c1, d0, d1, e0, e1, f0, f1, unit, start, sums, sumStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Load(int* panel) => Vector512.Load(panel).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(int factors, Vector512<short> p0, Vector512<short> p1, ref Vector512<int> s0, ref Vector512<int> s1)
    {
        // A sum right after each product would keep the multipliers waiting: on a Zen 4 two after two take a sixth less time.
        Vector512<short> x = Vector512.Create(factors).AsInt16();
        Vector512<int> product0 = Avx512BW.MultiplyAddAdjacent(x, p0);
        Vector512<int> product1 = Avx512BW.MultiplyAddAdjacent(x, p1);
        s0 += product0;
        s1 += product1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(
        Vector512<int> a0, Vector512<int> a1, Vector512<int> b0, Vector512<int> b1, Vector512<int> c0, Vector512<int> c1,
        Vector512<int> d0, Vector512<int> d1, Vector512<int> e0, Vector512<int> e1, Vector512<int> f0, Vector512<int> f1,
        float unit, float* start, float* sums, int sumStride)
    {
        Put(a0, a1, unit, start, sums);
        Put(b0, b1, unit, start, sums + sumStride);
        Put(c0, c1, unit, start, sums + (2 * sumStride));
        Put(d0, d1, unit, start, sums + (3 * sumStride));
        Put(e0, e1, unit, start, sums + (4 * sumStride));
        Put(f0, f1, unit, start, sums + (5 * sumStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<int> s0, Vector512<int> s1, float unit, float* start, float* sums)
    {
        float* from = start == null ? sums : start;
        Vector512<float> scale = Vector512.Create(unit);
        Vector512.MultiplyAddEstimate(Vector512.ConvertToSingle(s0), scale, Vector512.Load(from)).Store(sums);
        Vector512.MultiplyAddEstimate(Vector512.ConvertToSingle(s1), scale, Vector512.Load(from + 16)).Store(sums + 16);
    }
}
