using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>
/// A few positions by all classes in FP64, class-major: eight positions of a class lie side by side in either layout, so that every step
/// of the arithmetic runs lane-parallel over positions and no result depends on the width of the machine's vectors.
/// </summary>
internal static unsafe class Tile
{
    /// <summary>Positions in one step of the arithmetic.</summary>
    public const int Lanes = 8;

    /// <summary>The most classes a tile can have: its scratch is 64 bytes a class at least, for each thread.</summary>
    public const int MostClasses = 1 << 20;

    /// <summary>Refuses more classes than a tile can have.</summary>
    /// <param name="classes">How many there are.</param>
    /// <param name="operand">The operand that has them.</param>
    /// <exception cref="OperandException">There are more than <see cref="MostClasses"/>.</exception>
    public static void RequireClasses(int classes, string operand)
    {
        if (classes > MostClasses)
        {
            throw new OperandException(operand, $"{classes} classes were found; at most {MostClasses} are possible. Is the class axis the right one?");
        }
    }

    /// <summary>The positions in a tile: fewer where there are many classes, so that a tile stays in the first or second cache.</summary>
    public static int Width(int classes) => classes switch
    {
        <= 32 => 256,
        <= 64 => 64,
        <= 128 => 32,
        <= 256 => 16,
        _ => Lanes,
    };

    /// <summary>
    /// From a class to the next, in elements. Not a power of two, as stores and loads 4096 bytes apart would hinder each other; but no gaps
    /// where classes are many and memory counts.
    /// </summary>
    public static int Stride(int width) => width == Lanes ? Lanes : width + Lanes;

    /// <summary>The elements of a tile.</summary>
    public static long Size(int classes) => (long)classes * Stride(Width(classes));

    /// <summary>The positions in a chunk: whole tiles of about 65,536 elements together.</summary>
    public static int ChunkPositions(int classes)
    {
        int width = Width(classes);
        return Math.Max(1, 65536 / Math.Max(1, classes) / width) * width;
    }

    /// <summary>The position after so many, rounded up to whole steps.</summary>
    public static int WholeLanes(int count) => (count + Lanes - 1) & -Lanes;

    /// <summary>Reads positions into a tile, or an FP32 one into a <see cref="FloatTile"/>. Lanes after the last position are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Load<T, TTile>(T* values, AxisView view, int first, int count, TTile* tile, int stride)
        where T : unmanaged
        where TTile : unmanaged
    {
        if (view.Inner == 1)
        {
            TileRows.Load(values + ((long)first * view.Count), view.Count, count, tile, stride);
        }
        else
        {
            for (int done = 0; done < count;)
            {
                (int outer, int inner) = Math.DivRem(first + done, view.Inner);
                int length = Math.Min(count - done, view.Inner - inner);
                T* source = values + ((long)outer * view.Count * view.Inner) + inner;
                for (int c = 0; c < view.Count; c++)
                {
                    Copy(source + ((long)c * view.Inner), tile + ((long)c * stride) + done, length);
                }

                done += length;
            }
        }

        int whole = typeof(TTile) == typeof(float) ? FloatTile.WholeLanes(count) : WholeLanes(count);
        for (int c = 0; c < view.Count && whole > count; c++)
        {
            new Span<TTile>(tile + ((long)c * stride) + count, whole - count).Clear();
        }
    }

    /// <summary>
    /// Writes a tile's positions back where they belong, each multiplied by its factor on the way; or those of a <see cref="FloatTile"/>, which
    /// have no factors.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store<T, TTile>(TTile* tile, int stride, double* factors, T* values, AxisView view, int first, int count)
        where T : unmanaged
        where TTile : unmanaged
    {
        if (view.Inner == 1)
        {
            TileRows.Store(tile, stride, factors, values + ((long)first * view.Count), view.Count, count);
            return;
        }

        for (int done = 0; done < count;)
        {
            (int outer, int inner) = Math.DivRem(first + done, view.Inner);
            int length = Math.Min(count - done, view.Inner - inner);
            T* target = values + ((long)outer * view.Count * view.Inner) + inner;
            for (int c = 0; c < view.Count; c++)
            {
                TTile* source = tile + ((long)c * stride) + done;
                if (typeof(TTile) == typeof(float))
                {
                    Copy((float*)source, (float*)target + ((long)c * view.Inner), length);
                }
                else
                {
                    Narrow((double*)source, factors + done, target + ((long)c * view.Inner), length);
                }
            }

            done += length;
        }
    }

    /// <summary>Converts a run of numbers to FP64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen<T>(T* source, double* target, int length)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            new ReadOnlySpan<double>(source, length).CopyTo(new Span<double>(target, length));
            return;
        }

        int at = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            at = Widen<DoubleLanes512>((float*)source, target, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            at = Widen<DoubleLanes256>((float*)source, target, length);
        }

        for (; at < length; at++)
        {
            target[at] = ((float*)source)[at];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<T, TTile>(T* source, TTile* target, int length)
        where T : unmanaged
        where TTile : unmanaged
    {
        if (typeof(TTile) == typeof(double))
        {
            Widen(source, (double*)target, length);
        }
        else
        {
            new ReadOnlySpan<float>(source, length).CopyTo(new Span<float>(target, length));
        }
    }

    /// <summary>Some numbers in FP64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Widen<T, V>(T* source)
        where T : unmanaged
        where V : struct, IDoubleLanes<V> => typeof(T) == typeof(float) ? V.Load((float*)source) : V.Load((double*)source);

    /// <summary>Rounds some FP64 numbers to <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow<T, V>(V values, T* target)
        where T : unmanaged
        where V : struct, IDoubleLanes<V>
    {
        if (typeof(T) == typeof(float))
        {
            values.Store((float*)target);
        }
        else
        {
            values.Store((double*)target);
        }
    }

    /// <summary>Rounds a run of FP64 numbers to <typeparamref name="T"/>.</summary>
    public static void Narrow<T>(double* source, T* target, int length)
        where T : unmanaged
    {
        for (int at = 0; at < length; at++)
        {
            Put(source[at], target + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Widen<V>(float* source, double* target, int length)
        where V : struct, IDoubleLanes<V>
    {
        int at = 0;
        for (; at <= length - V.Count; at += V.Count)
        {
            V.Load(source + at).Store(target + at);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow<T>(double* source, double* factors, T* target, int length)
        where T : unmanaged
    {
        int at = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            at = Narrow<T, DoubleLanes512>(source, factors, target, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            at = Narrow<T, DoubleLanes256>(source, factors, target, length);
        }

        for (; at < length; at++)
        {
            Put(source[at] * factors[at], target + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Narrow<T, V>(double* source, double* factors, T* target, int length)
        where T : unmanaged
        where V : struct, IDoubleLanes<V>
    {
        int at = 0;
        for (; at <= length - (2 * V.Count); at += 2 * V.Count)
        {
            Narrow(V.Load(source + at) * V.Load(factors + at), target + at);
            Narrow(V.Load(source + at + V.Count) * V.Load(factors + at + V.Count), target + at + V.Count);
        }

        return at;
    }

    /// <summary>One number in FP64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Get<T>(T* value)
        where T : unmanaged => typeof(T) == typeof(float) ? *(float*)value : *(double*)value;

    /// <summary>Rounds one FP64 number to <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<T>(double value, T* target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            *(float*)target = (float)value;
        }
        else
        {
            *(double*)target = value;
        }
    }
}
