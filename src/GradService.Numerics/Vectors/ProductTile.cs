using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The innermost part of a blocked matrix product: six rows by two or four vectors of columns, whose sums stay in registers while the
/// depth runs. Six by four fills the 32 registers of 512-bit machines, six by two the 16 of the others.
/// </summary>
internal static unsafe class ProductTile
{
    /// <summary>Rows in a tile.</summary>
    public const int Rows = 6;

    /// <summary>Columns in a panel of <see cref="OneAndHalf"/>.</summary>
    public const int Mixed = 24;

    /// <summary>Adds the products of six rows and a panel of four vectors of columns to what the sums hold already.</summary>
    /// <param name="rows">The rows from their first factor on; the next row is <paramref name="rowStride"/> further.</param>
    /// <param name="rowStride">From a row to the next.</param>
    /// <param name="panel">The columns' factors, <c>[depth, 4 vectors]</c>.</param>
    /// <param name="depth">How many products each sum is of.</param>
    /// <param name="start">What each column's sum starts from, for all rows alike; null to start from 0 and add to <paramref name="sums"/>.</param>
    /// <param name="sums">Receives the sums; the next row is <paramref name="sumStride"/> further.</param>
    /// <param name="sumStride">From a row of sums to the next.</param>
    public static void Four<TLanes, TVector>(float* rows, int rowStride, float* panel, int depth, float* start, float* sums, int sumStride)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        int n = TLanes.Count;
        TVector zero = TLanes.Fill(0);
        TVector a0 = start == null ? zero : TLanes.Load(start), a1 = start == null ? zero : TLanes.Load(start + n);
        TVector a2 = start == null ? zero : TLanes.Load(start + (2 * n)), a3 = start == null ? zero : TLanes.Load(start + (3 * n));
        TVector b0 = a0, b1 = a1, b2 = a2, b3 = a3, c0 = a0, c1 = a1, c2 = a2, c3 = a3;
        TVector d0 = a0, d1 = a1, d2 = a2, d3 = a3, e0 = a0, e1 = a1, e2 = a2, e3 = a3, f0 = a0, f1 = a1, f2 = a2, f3 = a3;
        float* rowB = rows + rowStride, rowC = rowB + rowStride, rowD = rowC + rowStride, rowE = rowD + rowStride, rowF = rowE + rowStride;
        for (int i = 0; i < depth; i++, panel += 4 * n)
        {
            TVector p0 = TLanes.Load(panel), p1 = TLanes.Load(panel + n), p2 = TLanes.Load(panel + (2 * n)), p3 = TLanes.Load(panel + (3 * n));
            Multiply4<TLanes, TVector>(rows[i], p0, p1, p2, p3, ref a0, ref a1, ref a2, ref a3);
            Multiply4<TLanes, TVector>(rowB[i], p0, p1, p2, p3, ref b0, ref b1, ref b2, ref b3);
            Multiply4<TLanes, TVector>(rowC[i], p0, p1, p2, p3, ref c0, ref c1, ref c2, ref c3);
            Multiply4<TLanes, TVector>(rowD[i], p0, p1, p2, p3, ref d0, ref d1, ref d2, ref d3);
            Multiply4<TLanes, TVector>(rowE[i], p0, p1, p2, p3, ref e0, ref e1, ref e2, ref e3);
            Multiply4<TLanes, TVector>(rowF[i], p0, p1, p2, p3, ref f0, ref f1, ref f2, ref f3);
        }

        bool add = start == null;
        Put4<TLanes, TVector>(add, sums, a0, a1, a2, a3);
        Put4<TLanes, TVector>(add, sums + sumStride, b0, b1, b2, b3);
        Put4<TLanes, TVector>(add, sums + (2 * sumStride), c0, c1, c2, c3);
        Put4<TLanes, TVector>(add, sums + (3 * sumStride), d0, d1, d2, d3);
        Put4<TLanes, TVector>(add, sums + (4 * sumStride), e0, e1, e2, e3);
        Put4<TLanes, TVector>(add, sums + (5 * sumStride), f0, f1, f2, f3);
    }

    /// <summary>As <see cref="Four"/>, with panels of two vectors.</summary>
    public static void Two<TLanes, TVector>(float* rows, int rowStride, float* panel, int depth, float* start, float* sums, int sumStride)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        int n = TLanes.Count;
        TVector zero = TLanes.Fill(0);
        TVector a0 = start == null ? zero : TLanes.Load(start), a1 = start == null ? zero : TLanes.Load(start + n);
        TVector b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1, e0 = a0, e1 = a1, f0 = a0, f1 = a1;
        float* rowB = rows + rowStride, rowC = rowB + rowStride, rowD = rowC + rowStride, rowE = rowD + rowStride, rowF = rowE + rowStride;
        for (int i = 0; i < depth; i++, panel += 2 * n)
        {
            TVector p0 = TLanes.Load(panel), p1 = TLanes.Load(panel + n);
            Multiply2<TLanes, TVector>(rows[i], p0, p1, ref a0, ref a1);
            Multiply2<TLanes, TVector>(rowB[i], p0, p1, ref b0, ref b1);
            Multiply2<TLanes, TVector>(rowC[i], p0, p1, ref c0, ref c1);
            Multiply2<TLanes, TVector>(rowD[i], p0, p1, ref d0, ref d1);
            Multiply2<TLanes, TVector>(rowE[i], p0, p1, ref e0, ref e1);
            Multiply2<TLanes, TVector>(rowF[i], p0, p1, ref f0, ref f1);
        }

        bool add = start == null;
        Put2<TLanes, TVector>(add, sums, a0, a1);
        Put2<TLanes, TVector>(add, sums + sumStride, b0, b1);
        Put2<TLanes, TVector>(add, sums + (2 * sumStride), c0, c1);
        Put2<TLanes, TVector>(add, sums + (3 * sumStride), d0, d1);
        Put2<TLanes, TVector>(add, sums + (4 * sumStride), e0, e1);
        Put2<TLanes, TVector>(add, sums + (5 * sumStride), f0, f1);
    }

    /// <summary>As <see cref="Four"/>, with panels of a vector of 512 bits and one of 256.</summary>
    public static void OneAndHalf(float* rows, int rowStride, float* panel, int depth, float* start, float* sums, int sumStride)
    {
        Vector512<float> a0 = start == null ? Vector512<float>.Zero : Vector512.Load(start);
        Vector256<float> a1 = start == null ? Vector256<float>.Zero : Vector256.Load(start + 16);
        Vector512<float> b0 = a0, c0 = a0, d0 = a0, e0 = a0, f0 = a0;
        Vector256<float> b1 = a1, c1 = a1, d1 = a1, e1 = a1, f1 = a1;
        float* rowB = rows + rowStride, rowC = rowB + rowStride, rowD = rowC + rowStride, rowE = rowD + rowStride, rowF = rowE + rowStride;
        for (int i = 0; i < depth; i++, panel += Mixed)
        {
            Vector512<float> p0 = Vector512.Load(panel);
            Vector256<float> p1 = Vector256.Load(panel + 16);
            MultiplyMixed(rows[i], p0, p1, ref a0, ref a1);
            MultiplyMixed(rowB[i], p0, p1, ref b0, ref b1);
            MultiplyMixed(rowC[i], p0, p1, ref c0, ref c1);
            MultiplyMixed(rowD[i], p0, p1, ref d0, ref d1);
            MultiplyMixed(rowE[i], p0, p1, ref e0, ref e1);
            MultiplyMixed(rowF[i], p0, p1, ref f0, ref f1);
        }

        bool add = start == null;
        PutMixed(add, sums, a0, a1);
        PutMixed(add, sums + sumStride, b0, b1);
        PutMixed(add, sums + (2 * sumStride), c0, c1);
        PutMixed(add, sums + (3 * sumStride), d0, d1);
        PutMixed(add, sums + (4 * sumStride), e0, e1);
        PutMixed(add, sums + (5 * sumStride), f0, f1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyMixed(float factor, Vector512<float> p0, Vector256<float> p1, ref Vector512<float> s0, ref Vector256<float> s1)
    {
        Vector512<float> x = Vector512.Create(factor);
        s0 = Vector512.MultiplyAddEstimate(x, p0, s0);
        s1 = Vector256.MultiplyAddEstimate(x.GetLower(), p1, s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutMixed(bool add, float* sums, Vector512<float> s0, Vector256<float> s1)
    {
        (add ? Vector512.Load(sums) + s0 : s0).Store(sums);
        (add ? Vector256.Load(sums + 16) + s1 : s1).Store(sums + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply4<TLanes, TVector>(
        float factor, TVector p0, TVector p1, TVector p2, TVector p3, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        TVector x = TLanes.Fill(factor);
        s0 = TLanes.MultiplyAdd(x, p0, s0);
        s1 = TLanes.MultiplyAdd(x, p1, s1);
        s2 = TLanes.MultiplyAdd(x, p2, s2);
        s3 = TLanes.MultiplyAdd(x, p3, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply2<TLanes, TVector>(float factor, TVector p0, TVector p1, ref TVector s0, ref TVector s1)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        TVector x = TLanes.Fill(factor);
        s0 = TLanes.MultiplyAdd(x, p0, s0);
        s1 = TLanes.MultiplyAdd(x, p1, s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put4<TLanes, TVector>(bool add, float* sums, TVector s0, TVector s1, TVector s2, TVector s3)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        Put2<TLanes, TVector>(add, sums, s0, s1);
        Put2<TLanes, TVector>(add, sums + (2 * TLanes.Count), s2, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put2<TLanes, TVector>(bool add, float* sums, TVector s0, TVector s1)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        TLanes.Store(add ? TLanes.Add(TLanes.Load(sums), s0) : s0, sums);
        TLanes.Store(add ? TLanes.Add(TLanes.Load(sums + TLanes.Count), s1) : s1, sums + TLanes.Count);
    }
}
