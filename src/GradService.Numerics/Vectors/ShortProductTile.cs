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

    /// <summary>Columns in a tile.</summary>
    public const int Columns = 2 * Lanes;

    private const int Lanes = 16;

    /// <summary>Whether the machine can.</summary>
    public static bool IsSupported => Avx512BW.IsSupported;

    /// <summary>Adds the products of six rows and a panel of 32 columns, times a unit, to what the sums hold already or start from.</summary>
    /// <param name="rows">The rows, two factors in a number; the next row is <paramref name="rowStride"/> further.</param>
    /// <param name="rowStride">From a row to the next.</param>
    /// <param name="panel">The columns' factors, <c>[pairs, 32]</c>, two in a number.</param>
    /// <param name="pairs">How many pairs of products each sum is of.</param>
    /// <param name="unit">What the sums are multiplied by.</param>
    /// <param name="start">What each column's sum starts from, for all rows alike; null to add to <paramref name="sums"/>.</param>
    /// <param name="sums">Receives the sums; the next row is <paramref name="sumStride"/> further.</param>
    /// <param name="sumStride">From a row of sums to the next.</param>
    public static void Multiply(int* rows, int rowStride, int* panel, int pairs, float unit, float* start, float* sums, int sumStride)
    {
        Vector512<int> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Vector512<int> d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        int* rowB = rows + rowStride, rowC = rowB + rowStride, rowD = rowC + rowStride, rowE = rowD + rowStride, rowF = rowE + rowStride;
        for (int i = 0; i < pairs; i++, panel += Columns)
        {
            // All products before the sums: a sum right after each product keeps the multipliers waiting, a fifth of the time on a Zen 4.
            Vector512<short> p0 = Vector512.Load(panel).AsInt16(), p1 = Vector512.Load(panel + Lanes).AsInt16();
            Multiply(rows[i], p0, p1, out Vector512<int> ofA0, out Vector512<int> ofA1);
            Multiply(rowB[i], p0, p1, out Vector512<int> ofB0, out Vector512<int> ofB1);
            Multiply(rowC[i], p0, p1, out Vector512<int> ofC0, out Vector512<int> ofC1);
            Multiply(rowD[i], p0, p1, out Vector512<int> ofD0, out Vector512<int> ofD1);
            Multiply(rowE[i], p0, p1, out Vector512<int> ofE0, out Vector512<int> ofE1);
            Multiply(rowF[i], p0, p1, out Vector512<int> ofF0, out Vector512<int> ofF1);
            a0 += ofA0;
            a1 += ofA1;
            b0 += ofB0;
            b1 += ofB1;
            c0 += ofC0;
            c1 += ofC1;
            d0 += ofD0;
            d1 += ofD1;
            e0 += ofE0;
            e1 += ofE1;
            f0 += ofF0;
            f1 += ofF1;
        }

        Put(a0, a1, unit, start, sums);
        Put(b0, b1, unit, start, sums + sumStride);
        Put(c0, c1, unit, start, sums + (2 * sumStride));
        Put(d0, d1, unit, start, sums + (3 * sumStride));
        Put(e0, e1, unit, start, sums + (4 * sumStride));
        Put(f0, f1, unit, start, sums + (5 * sumStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(int factors, Vector512<short> p0, Vector512<short> p1, out Vector512<int> product0, out Vector512<int> product1)
    {
        Vector512<short> x = Vector512.Create(factors).AsInt16();
        product0 = Avx512BW.MultiplyAddAdjacent(x, p0);
        product1 = Avx512BW.MultiplyAddAdjacent(x, p1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<int> s0, Vector512<int> s1, float unit, float* start, float* sums)
    {
        float* from = start == null ? sums : start;
        Vector512<float> scale = Vector512.Create(unit);
        Vector512.MultiplyAddEstimate(Vector512.ConvertToSingle(s0), scale, Vector512.Load(from)).Store(sums);
        Vector512.MultiplyAddEstimate(Vector512.ConvertToSingle(s1), scale, Vector512.Load(from + Lanes)).Store(sums + Lanes);
    }
}
