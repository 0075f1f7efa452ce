using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GradService.Numerics.Vectors;

/// <summary>
/// Rows of classes, one position each, to and from a <see cref="Tile"/> or <see cref="FloatTile"/>: turned in blocks of eight positions by
/// four classes where the machine has the shuffles for it.
/// </summary>
internal static unsafe class TileRows
{
    /// <summary>Reads rows into a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Load<T, TTile>(T* rows, int classes, int count, TTile* tile, int stride)
        where T : unmanaged
        where TTile : unmanaged
    {
        int position = 0;
        int turned = typeof(T) == typeof(float) && Avx.IsSupported ? classes & -4 : 0;
        if (turned > 0)
        {
            for (; position <= count - Tile.Lanes; position += Tile.Lanes)
            {
                float* row = (float*)rows + ((long)position * classes);
                for (int c = 0; c < turned; c += 4)
                {
                    TurnIn(row + c, classes, tile + ((long)c * stride) + position, stride);
                }

                for (int c = turned; c < classes; c++)
                {
                    for (int lane = 0; lane < Tile.Lanes; lane++)
                    {
                        Tile.Put(row[((long)lane * classes) + c], tile + ((long)c * stride) + position + lane);
                    }
                }
            }
        }

        for (; position < count; position++)
        {
            T* row = rows + ((long)position * classes);
            for (int c = 0; c < classes; c++)
            {
                Tile.Put(Tile.Get(row + c), tile + ((long)c * stride) + position);
            }
        }
    }

    /// <summary>Writes a tile's positions back into their rows, those of an FP64 tile each multiplied by its factor on the way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store<T, TTile>(TTile* tile, int stride, double* factors, T* rows, int classes, int count)
        where T : unmanaged
        where TTile : unmanaged
    {
        int position = 0;
        int turned = typeof(T) == typeof(float) && Avx.IsSupported ? classes & -4 : 0;
        if (turned > 0)
        {
            for (; position <= count - Tile.Lanes; position += Tile.Lanes)
            {
                float* row = (float*)rows + ((long)position * classes);
                for (int c = 0; c < turned; c += 4)
                {
                    TurnOut(tile + ((long)c * stride) + position, stride, factors + position, row + c, classes);
                }

                for (int c = turned; c < classes; c++)
                {
                    for (int lane = 0; lane < Tile.Lanes; lane++)
                    {
                        row[((long)lane * classes) + c] = (float)Scaled(tile + ((long)c * stride) + position + lane, factors + position + lane);
                    }
                }
            }
        }

        for (; position < count; position++)
        {
            T* row = rows + ((long)position * classes);
            for (int c = 0; c < classes; c++)
            {
                Tile.Put(Scaled(tile + ((long)c * stride) + position, factors + position), row + c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnIn<TTile>(float* row, int classes, TTile* tile, int stride)
        where TTile : unmanaged
    {
        // Position j in the lower half, j + 4 in the upper: the halves then turn by themselves.
        long next = classes;
        Vector256<float> a = Vector256.Create(Vector128.Load(row), Vector128.Load(row + (4 * next)));
        Vector256<float> b = Vector256.Create(Vector128.Load(row + next), Vector128.Load(row + (5 * next)));
        Vector256<float> c = Vector256.Create(Vector128.Load(row + (2 * next)), Vector128.Load(row + (6 * next)));
        Vector256<float> d = Vector256.Create(Vector128.Load(row + (3 * next)), Vector128.Load(row + (7 * next)));
        Turn(ref a, ref b, ref c, ref d);
        PutEight(a, tile);
        PutEight(b, tile + stride);
        PutEight(c, tile + (2L * stride));
        PutEight(d, tile + (3L * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnOut<TTile>(TTile* tile, int stride, double* factors, float* row, int classes)
        where TTile : unmanaged
    {
        long next = classes;
        Vector256<float> a = ScaledEight(tile, factors);
        Vector256<float> b = ScaledEight(tile + stride, factors);
        Vector256<float> c = ScaledEight(tile + (2L * stride), factors);
        Vector256<float> d = ScaledEight(tile + (3L * stride), factors);
        Turn(ref a, ref b, ref c, ref d);
        a.GetLower().Store(row);
        b.GetLower().Store(row + next);
        c.GetLower().Store(row + (2 * next));
        d.GetLower().Store(row + (3 * next));
        a.GetUpper().Store(row + (4 * next));
        b.GetUpper().Store(row + (5 * next));
        c.GetUpper().Store(row + (6 * next));
        d.GetUpper().Store(row + (7 * next));
    }

    // Transposes the 4 x 4 block in each half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d)
    {
        Vector256<double> abLow = Avx.UnpackLow(a, b).AsDouble();
        Vector256<double> abHigh = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> cdLow = Avx.UnpackLow(c, d).AsDouble();
        Vector256<double> cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        a = Avx.UnpackLow(abLow, cdLow).AsSingle();
        b = Avx.UnpackHigh(abLow, cdLow).AsSingle();
        c = Avx.UnpackLow(abHigh, cdHigh).AsSingle();
        d = Avx.UnpackHigh(abHigh, cdHigh).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutEight<TTile>(Vector256<float> values, TTile* tile)
        where TTile : unmanaged
    {
        if (typeof(TTile) == typeof(float))
        {
            values.Store((float*)tile);
        }
        else
        {
            Vector512.WidenLower(values.ToVector512Unsafe()).Store((double*)tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ScaledEight<TTile>(TTile* tile, double* factors)
        where TTile : unmanaged
    {
        if (typeof(TTile) == typeof(float))
        {
            return Vector256.Load((float*)tile);
        }

        Vector512<double> scaled = Vector512.Load((double*)tile) * Vector512.Load(factors);
        return Vector256.Narrow(scaled.GetLower(), scaled.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Scaled<TTile>(TTile* value, double* factor)
        where TTile : unmanaged => typeof(TTile) == typeof(float) ? *(float*)value : *(double*)value * *factor;
}
