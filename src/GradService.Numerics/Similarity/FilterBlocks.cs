using GradService.Numerics.Vectors;

namespace GradService.Numerics.Similarity;

/// <summary>Filters in FP64, in blocks of <see cref="Width"/>: within a block the weights of one tap lie side by side. A last block of one filter stands by itself.</summary>
internal static unsafe class FilterBlocks
{
    /// <summary>Filters in a block.</summary>
    public const int Width = 4;

    /// <summary>The numbers that the blocks of so many filters take.</summary>
    public static long Size(int filters, int taps) => (long)Tile.WholeLanes(filters) * taps;

    /// <summary>The filters of the block that begins at one: 4, or 1 where that is the last.</summary>
    public static int WidthAt(int filter, int filters) => filters - filter == 1 ? 1 : Width;

    /// <summary>Lays filters out. Filters that fill up a block are zeros; nobody reads what comes of them.</summary>
    /// <param name="kernel">The first filter's first weight.</param>
    /// <param name="filterStride">From one filter to the next.</param>
    /// <param name="filters">How many.</param>
    /// <param name="positions">Where each tap's weight lies, from the filter's first.</param>
    /// <param name="blocks">Receives <see cref="Size"/> numbers.</param>
    public static void Lay<T>(T* kernel, long filterStride, int filters, ReadOnlySpan<int> positions, double* blocks)
        where T : unmanaged
    {
        for (int filter = 0; filter < filters; filter += Width)
        {
            int width = WidthAt(filter, filters);
            double* block = blocks + ((long)filter * positions.Length);
            for (int t = 0; t < positions.Length; t++)
            {
                for (int lane = 0; lane < width; lane++)
                {
                    T* weight = kernel + ((filter + lane) * filterStride) + positions[t];
                    block[(t * width) + lane] = filter + lane >= filters ? 0
                        : typeof(T) == typeof(float) ? *(float*)weight : *(double*)weight;
                }
            }
        }
    }
}
