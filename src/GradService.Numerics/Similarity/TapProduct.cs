using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>
/// The product of filters with a window of the input: four filters by four vectors of eight positions at a time, every sum begun with its
/// bias and added to in the order of the taps. Products are fused into the sums, so no result depends on the machine's vector width.
/// </summary>
internal static unsafe class TapProduct
{
    private const int Vectors = 4;
    private const int Run = 8 * Vectors;

    /// <summary>Computes a window's outputs.</summary>
    /// <param name="window">The window.</param>
    /// <param name="pitch">From one output row to the next in it.</param>
    /// <param name="taps">Where each tap finds its value.</param>
    /// <param name="filters">The filters, laid out by <see cref="FilterBlocks"/>.</param>
    /// <param name="count">How many filters.</param>
    /// <param name="bias">One number for each filter, or null.</param>
    /// <param name="rows">Output rows.</param>
    /// <param name="columns">Output columns.</param>
    /// <param name="target">The first filter's first output.</param>
    /// <param name="strides">Its strides.</param>
    public static void Evaluate<T>(
        double* window, int pitch, ReadOnlySpan<int> taps, double* filters, int count, T* bias, int rows, int columns, T* target, PlaneStrides strides)
        where T : unmanaged
    {
        int across = Tile.WholeLanes(columns) / Tile.Lanes;
        int vectors = rows * across;
        double* sums = stackalloc double[FilterBlocks.Width * Vectors * Tile.Lanes];
        double** sources = stackalloc double*[Vectors];
        fixed (int* offsets = taps)
        {
            // A run of positions goes through all filters while its part of the window is in the cache.
            for (int run = 0; run < vectors; run += Run)
            {
                for (int filter = 0; filter < count; filter += FilterBlocks.Width)
                {
                    int width = FilterBlocks.WidthAt(filter, count);
                    double* block = filters + ((long)filter * taps.Length);
                    for (int first = run; first < Math.Min(run + Run, vectors); first += Vectors)
                    {
                        int found = Math.Min(Vectors, vectors - first);
                        for (int v = 0; v < Vectors; v++)
                        {
                            (int row, int vector) = Math.DivRem(first + Math.Min(v, found - 1), across);
                            sources[v] = window + ((long)row * pitch) + (vector * Tile.Lanes);
                        }

                        Begin(sums, bias, filter, Math.Min(width, count - filter));
                        if (width == 1)
                        {
                            One(sources, offsets, taps.Length, block, sums);
                        }
                        else
                        {
                            Four(sources, offsets, taps.Length, block, sums);
                        }

                        for (int v = 0; v < found; v++)
                        {
                            (int row, int vector) = Math.DivRem(first + v, across);
                            int lanes = Math.Min(Tile.Lanes, columns - (vector * Tile.Lanes));
                            for (int f = 0; f < Math.Min(width, count - filter); f++)
                            {
                                T* to = target + ((filter + f) * strides.Channel) + (row * strides.Row) + (vector * Tile.Lanes * strides.Column);
                                Store(sums + (((f * Vectors) + v) * Tile.Lanes), to, lanes, strides.Column);
                            }
                        }
                    }
                }
            }
        }
    }

    private static void Begin<T>(double* sums, T* bias, int filter, int width)
        where T : unmanaged
    {
        for (int f = 0; f < FilterBlocks.Width; f++)
        {
            double begin = bias is null || f >= width ? 0 : typeof(T) == typeof(float) ? ((float*)bias)[filter + f] : ((double*)bias)[filter + f];
            for (int v = 0; v < Vectors; v++)
            {
                Vector512.Create(begin).Store(sums + (((f * Vectors) + v) * Tile.Lanes));
            }
        }
    }

    private static void Four(double** sources, int* offsets, int taps, double* weights, double* sums)
    {
        double* a = sources[0], b = sources[1], c = sources[2], d = sources[3];
        Vector512<double> a0 = At(sums, 0), b0 = At(sums, 1), c0 = At(sums, 2), d0 = At(sums, 3);
        Vector512<double> a1 = At(sums, 4), b1 = At(sums, 5), c1 = At(sums, 6), d1 = At(sums, 7);
        Vector512<double> a2 = At(sums, 8), b2 = At(sums, 9), c2 = At(sums, 10), d2 = At(sums, 11);
        Vector512<double> a3 = At(sums, 12), b3 = At(sums, 13), c3 = At(sums, 14), d3 = At(sums, 15);
        for (int t = 0; t < taps; t++, weights += FilterBlocks.Width)
        {
            int offset = offsets[t];
            Vector512<double> va = Vector512.Load(a + offset), vb = Vector512.Load(b + offset);
            Vector512<double> vc = Vector512.Load(c + offset), vd = Vector512.Load(d + offset);
            Vector512<double> w = Vector512.Create(weights[0]);
            a0 = Add(va, w, a0);
            b0 = Add(vb, w, b0);
            c0 = Add(vc, w, c0);
            d0 = Add(vd, w, d0);
            w = Vector512.Create(weights[1]);
            a1 = Add(va, w, a1);
            b1 = Add(vb, w, b1);
            c1 = Add(vc, w, c1);
            d1 = Add(vd, w, d1);
            w = Vector512.Create(weights[2]);
            a2 = Add(va, w, a2);
            b2 = Add(vb, w, b2);
            c2 = Add(vc, w, c2);
            d2 = Add(vd, w, d2);
            w = Vector512.Create(weights[3]);
            a3 = Add(va, w, a3);
            b3 = Add(vb, w, b3);
            c3 = Add(vc, w, c3);
            d3 = Add(vd, w, d3);
        }

        Put(sums, 0, a0, b0, c0, d0);
        Put(sums, 4, a1, b1, c1, d1);
        Put(sums, 8, a2, b2, c2, d2);
        Put(sums, 12, a3, b3, c3, d3);
    }

    private static void One(double** sources, int* offsets, int taps, double* weights, double* sums)
    {
        double* a = sources[0], b = sources[1], c = sources[2], d = sources[3];
        Vector512<double> a0 = At(sums, 0), b0 = At(sums, 1), c0 = At(sums, 2), d0 = At(sums, 3);
        for (int t = 0; t < taps; t++)
        {
            int offset = offsets[t];
            Vector512<double> w = Vector512.Create(weights[t]);
            a0 = Add(Vector512.Load(a + offset), w, a0);
            b0 = Add(Vector512.Load(b + offset), w, b0);
            c0 = Add(Vector512.Load(c + offset), w, c0);
            d0 = Add(Vector512.Load(d + offset), w, d0);
        }

        Put(sums, 0, a0, b0, c0, d0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> At(double* sums, int vector) => Vector512.Load(sums + (vector * Tile.Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Add(Vector512<double> value, Vector512<double> weight, Vector512<double> sum) =>
        Vector512.FusedMultiplyAdd(value, weight, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(double* sums, int vector, Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d)
    {
        a.Store(sums + (vector * Tile.Lanes));
        b.Store(sums + ((vector + 1) * Tile.Lanes));
        c.Store(sums + ((vector + 2) * Tile.Lanes));
        d.Store(sums + ((vector + 3) * Tile.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(double* sums, T* target, int lanes, long stride)
        where T : unmanaged
    {
        if (stride == 1 && lanes == Tile.Lanes)
        {
            Vector512<double> values = Vector512.Load(sums);
            if (typeof(T) == typeof(float))
            {
                Vector256.Narrow(values.GetLower(), values.GetUpper()).Store((float*)target);
            }
            else
            {
                values.Store((double*)target);
            }

            return;
        }

        for (int lane = 0; lane < lanes; lane++)
        {
            if (typeof(T) == typeof(float))
            {
                *(float*)(target + (lane * stride)) = (float)sums[lane];
            }
            else
            {
                *(double*)(target + (lane * stride)) = sums[lane];
            }
        }
    }
}
