using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>A few positions by all classes in FP32, class-major: what a <see cref="Tile"/> is in FP64, with sixteen positions in a step.</summary>
internal static unsafe class FloatTile
{
    /// <summary>Positions in one step of the arithmetic.</summary>
    public const int Lanes = 16;

    /// <summary>The most classes with which a <see cref="Tile"/> is as wide as a step.</summary>
    public const int MostClasses = 256;

    /// <summary>From a class to the next, in elements: whole cache lines, and no power of two, as <see cref="Tile.Stride"/> has it.</summary>
    public static int Stride(int width) => width + Lanes;

    /// <summary>The position after so many, rounded up to whole steps.</summary>
    public static int WholeLanes(int count) => (count + Lanes - 1) & -Lanes;

    /// <summary>Where the positions lie class-major and side by side in the tensor; null where they do not.</summary>
    public static float* InPlace(float* values, AxisView view, int first, int count)
    {
        Run run = At(values, view, first, count);
        return count % Lanes == 0 && run.Length == count && view.Inner > 1 ? run.Start : null;
    }

    /// <summary>Reads positions into a tile. Lanes after the last position are 0.</summary>
    public static void Load(float* values, AxisView view, int first, int count, float* tile, int stride)
    {
        if (view.Inner == 1)
        {
            TileRows.Load(values + ((long)first * view.Count), view.Count, count, tile, stride);
        }
        else
        {
            for (int done = 0; done < count;)
            {
                Run run = At(values, view, first + done, count - done);
                for (int c = 0; c < view.Count; c++)
                {
                    new ReadOnlySpan<float>(run.Start + ((long)c * view.Inner), run.Length).CopyTo(new Span<float>(tile + ((long)c * stride) + done, run.Length));
                }

                done += run.Length;
            }
        }

        for (int c = 0; c < view.Count && WholeLanes(count) > count; c++)
        {
            new Span<float>(tile + ((long)c * stride) + count, WholeLanes(count) - count).Clear();
        }
    }

    /// <summary>Writes a tile's positions back where they belong.</summary>
    public static void Store(float* tile, int stride, float* values, AxisView view, int first, int count)
    {
        if (view.Inner == 1)
        {
            TileRows.Store(tile, stride, factors: null, values + ((long)first * view.Count), view.Count, count);
            return;
        }

        for (int done = 0; done < count;)
        {
            Run run = At(values, view, first + done, count - done);
            for (int c = 0; c < view.Count; c++)
            {
                new ReadOnlySpan<float>(tile + ((long)c * stride) + done, run.Length).CopyTo(new Span<float>(run.Start + ((long)c * view.Inner), run.Length));
            }

            done += run.Length;
        }
    }

    // The positions from one on that lie side by side in the tensor, at most so many.
    private static Run At(float* values, AxisView view, int position, int most)
    {
        (int outer, int inner) = Math.DivRem(position, view.Inner);
        return new Run { Start = values + ((long)outer * view.Count * view.Inner) + inner, Length = Math.Min(most, view.Inner - inner) };
    }

    private struct Run
    {
        public float* Start;
        public int Length;
    }
}
