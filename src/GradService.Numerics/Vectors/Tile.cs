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
        <= 32 => 128,
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

    /// <summary>Reads positions into a tile. Lanes after the last position are 0.</summary>
    public static void Load<T>(T* values, AxisView view, int first, int count, double* tile, int stride)
        where T : unmanaged
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
                    Widen(source + ((long)c * view.Inner), tile + ((long)c * stride) + done, length);
                }

                done += length;
            }
        }

        int whole = WholeLanes(count);
        for (int c = 0; c < view.Count && whole > count; c++)
        {
            new Span<double>(tile + ((long)c * stride) + count, whole - count).Clear();
        }
    }

    /// <summary>Writes a tile's positions back where they belong, each multiplied by its factor on the way.</summary>
    public static void Store<T>(double* tile, int stride, double* factors, T* values, AxisView view, int first, int count)
        where T : unmanaged
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
                Narrow(tile + ((long)c * stride) + done, factors + done, target + ((long)c * view.Inner), length);
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
        for (; at <= length - 16; at += 16)
        {
            (Vector512<double> lower, Vector512<double> upper) = Widen(source + at);
            lower.Store(target + at);
            upper.Store(target + at + Lanes);
        }

        for (; at < length; at++)
        {
            target[at] = ((float*)source)[at];
        }
    }

    /// <summary>Converts sixteen numbers to FP64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<double> Lower, Vector512<double> Upper) Widen<T>(T* source)
        where T : unmanaged =>
        typeof(T) == typeof(float)
            ? Vector512.Widen(Vector512.Load((float*)source))
            : (Vector512.Load((double*)source), Vector512.Load((double*)source + Lanes));

    /// <summary>Rounds sixteen FP64 numbers to <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow<T>(Vector512<double> lower, Vector512<double> upper, T* target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Vector512.Narrow(lower, upper).Store((float*)target);
        }
        else
        {
            lower.Store((double*)target);
            upper.Store((double*)target + Lanes);
        }
    }

    /// <summary>Rounds a run of FP64 numbers to <typeparamref name="T"/>.</summary>
    public static void Narrow<T>(double* source, T* target, int length)
        where T : unmanaged
    {
        int at = 0;
        for (; at <= length - 16; at += 16)
        {
            Narrow(Vector512.Load(source + at), Vector512.Load(source + at + Lanes), target + at);
        }

        for (; at < length; at++)
        {
            Put(source[at], target + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow<T>(double* source, double* factors, T* target, int length)
        where T : unmanaged
    {
        int at = 0;
        for (; at <= length - 16; at += 16)
        {
            Narrow(Vector512.Load(source + at) * Vector512.Load(factors + at), Vector512.Load(source + at + Lanes) * Vector512.Load(factors + at + Lanes), target + at);
        }

        for (; at < length; at++)
        {
            Put(source[at] * factors[at], target + at);
        }
    }

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
