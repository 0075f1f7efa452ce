using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// The gradient of filters over a window: for each filter and tap the sum over the window's positions of upstream times value, four filters
/// by four taps at a time, each in eight lanes. The lanes are kept from window to window, and added in pairs at the end.
/// </summary>
internal static unsafe class TapGradient
{
    private const int Width = 4;
    private const int Block = Width * Tile.Lanes;

    /// <summary>Adds a window's share.</summary>
    /// <param name="window">The window of the input.</param>
    /// <param name="pitch">From one output row to the next in it.</param>
    /// <param name="taps">Where each tap finds its values.</param>
    /// <param name="upstream">The upstream of the window, [filters, rows, columns], columns in whole vectors.</param>
    /// <param name="filters">How many filters.</param>
    /// <param name="rows">Output rows.</param>
    /// <param name="columns">Output columns.</param>
    /// <param name="sums">Eight lanes for each filter and tap, <see cref="Size"/> numbers; added to.</param>
    public static void Add(double* window, int pitch, ReadOnlySpan<int> taps, double* upstream, int filters, int rows, int columns, double* sums)
    {
        int line = Tile.WholeLanes(columns);
        long plane = (long)rows * line;
        int whole = columns & -Tile.Lanes;

        // Beyond the last column lies padding, or a neighbour's value that may not be a number: it must not count, not even times zero.
        Vector512<double> tail = LikenessMaps.Mask(columns - whole);
        double** values = stackalloc double*[Width];
        for (int tap = 0; tap < taps.Length; tap += Width)
        {
            for (int t = 0; t < Width; t++)
            {
                values[t] = window + taps[Math.Min(tap + t, taps.Length - 1)];
            }

            for (int filter = 0; filter < filters;)
            {
                int filtersHere = filters - filter >= 2 ? Math.Min(Width, filters - filter) : 1;
                double* first = upstream + (filter * plane);
                if (filtersHere == 1)
                {
                    One(values, pitch, first, rows, line, whole, tail, sums);
                }
                else
                {
                    Four(values, pitch, first, filtersHere, plane, rows, line, whole, tail, sums);
                }

                filter += filtersHere;
                sums += Block * (filtersHere == 1 ? 1 : Width);
            }
        }
    }

    /// <summary>The numbers that the lanes of so many filters and taps take.</summary>
    public static long Size(int filters, int taps) => (long)Tile.WholeLanes(filters) * Tile.WholeLanes(taps) * Tile.Lanes;

    /// <summary>Adds the lanes up.</summary>
    /// <param name="sums">The lanes.</param>
    /// <param name="filters">How many filters.</param>
    /// <param name="taps">How many taps.</param>
    /// <param name="gradient">Receives [filters, taps].</param>
    public static void Sum(double* sums, int filters, int taps, double* gradient)
    {
        for (int tap = 0; tap < taps; tap += Width)
        {
            for (int filter = 0; filter < filters;)
            {
                int laidOut = filters - filter >= 2 ? Width : 1;
                for (int f = 0; f < laidOut && filter + f < filters; f++)
                {
                    for (int t = 0; t < Width && tap + t < taps; t++)
                    {
                        gradient[((long)(filter + f) * taps) + tap + t] = Lanes.Sum(sums + (Block * f) + (t * Tile.Lanes));
                    }
                }

                filter += laidOut;
                sums += Block * laidOut;
            }
        }
    }

    private static void Four(
        double** values, int pitch, double* upstream, int filters, long plane, int rows, int line, int whole, Vector512<double> tail, double* sums)
    {
        double* a = values[0], b = values[1], c = values[2], d = values[3];
        double* p = upstream, q = p + plane, r = p + (Math.Min(2, filters - 1) * plane), s = p + (Math.Min(3, filters - 1) * plane);
        Vector512<double> ap = At(sums, 0), bp = At(sums, 1), cp = At(sums, 2), dp = At(sums, 3);
        Vector512<double> aq = At(sums, 4), bq = At(sums, 5), cq = At(sums, 6), dq = At(sums, 7);
        Vector512<double> ar = At(sums, 8), br = At(sums, 9), cr = At(sums, 10), dr = At(sums, 11);
        Vector512<double> at = At(sums, 12), bt = At(sums, 13), ct = At(sums, 14), dt = At(sums, 15);
        for (int row = 0; row < rows; row++)
        {
            for (int x = 0; x < line; x += Tile.Lanes)
            {
                Vector512<double> va = Vector512.Load(a + x), vb = Vector512.Load(b + x), vc = Vector512.Load(c + x), vd = Vector512.Load(d + x);
                if (x == whole)
                {
                    (va, vb, vc, vd) = (va & tail, vb & tail, vc & tail, vd & tail);
                }

                Vector512<double> g = Vector512.Load(p + x);
                ap = Fused(va, g, ap);
                bp = Fused(vb, g, bp);
                cp = Fused(vc, g, cp);
                dp = Fused(vd, g, dp);
                g = Vector512.Load(q + x);
                aq = Fused(va, g, aq);
                bq = Fused(vb, g, bq);
                cq = Fused(vc, g, cq);
                dq = Fused(vd, g, dq);
                g = Vector512.Load(r + x);
                ar = Fused(va, g, ar);
                br = Fused(vb, g, br);
                cr = Fused(vc, g, cr);
                dr = Fused(vd, g, dr);
                g = Vector512.Load(s + x);
                at = Fused(va, g, at);
                bt = Fused(vb, g, bt);
                ct = Fused(vc, g, ct);
                dt = Fused(vd, g, dt);
            }

            a += pitch;
            b += pitch;
            c += pitch;
            d += pitch;
            p += line;
            q += line;
            r += line;
            s += line;
        }

        Put(sums, ap, bp, cp, dp);
        Put(sums + Block, aq, bq, cq, dq);
        Put(sums + (2 * Block), ar, br, cr, dr);
        Put(sums + (3 * Block), at, bt, ct, dt);
    }

    private static void One(double** values, int pitch, double* upstream, int rows, int line, int whole, Vector512<double> tail, double* sums)
    {
        double* a = values[0], b = values[1], c = values[2], d = values[3];
        Vector512<double> ap = At(sums, 0), bp = At(sums, 1), cp = At(sums, 2), dp = At(sums, 3);
        for (int row = 0; row < rows; row++, upstream += line)
        {
            for (int x = 0; x < line; x += Tile.Lanes)
            {
                Vector512<double> va = Vector512.Load(a + x), vb = Vector512.Load(b + x), vc = Vector512.Load(c + x), vd = Vector512.Load(d + x);
                if (x == whole)
                {
                    (va, vb, vc, vd) = (va & tail, vb & tail, vc & tail, vd & tail);
                }

                Vector512<double> g = Vector512.Load(upstream + x);
                ap = Fused(va, g, ap);
                bp = Fused(vb, g, bp);
                cp = Fused(vc, g, cp);
                dp = Fused(vd, g, dp);
            }

            a += pitch;
            b += pitch;
            c += pitch;
            d += pitch;
        }

        Put(sums, ap, bp, cp, dp);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> At(double* sums, int vector) => Vector512.Load(sums + (vector * Tile.Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Fused(Vector512<double> value, Vector512<double> upstream, Vector512<double> sum) =>
        Vector512.FusedMultiplyAdd(value, upstream, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(double* sums, Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d)
    {
        a.Store(sums);
        b.Store(sums + Tile.Lanes);
        c.Store(sums + (2 * Tile.Lanes));
        d.Store(sums + (3 * Tile.Lanes));
    }
}
