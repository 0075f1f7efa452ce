using System.Buffers;

namespace GradService.Numerics.Tensors;

/// <summary>
/// Where the arrays of scopes come from and go back to. Small ones are the shared pool's, which keeps one of each size for each thread and
/// each processor: of large ones that would be many times what the requests in flight may use.
/// </summary>
internal static class ScopeArrays
{
    /// <summary>Up to this length an array is a small one; the lengths of both kinds are powers of two.</summary>
    public const int SmallLength = 1 << 19;

    private const int LineBytes = 64;

    /// <summary>The large ones: up to a sixteenth of the memory that the process may use waits.</summary>
    public static LargeArrays Large { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16);

    /// <summary>An array of at least so many bytes, their content undefined.</summary>
    public static byte[] Rent(int count) => count <= SmallLength ? ArrayPool<byte>.Shared.Rent(count) : Large.Rent(count);

    /// <summary>
    /// Where in a large array so many bytes had best start: where a cache line does, as vectors that lie across two are stored at half the speed; at 0
    /// where there is no room for that. Should the array be moved, only the speed is lost.
    /// </summary>
    public static unsafe int AlignedStart(byte[] array, int count)
    {
        if (array.Length <= SmallLength)
        {
            return 0;
        }

        fixed (byte* start = array)
        {
            int aligned = (int)(-(nint)start & (LineBytes - 1));
            return aligned + count <= array.Length ? aligned : 0;
        }
    }

    /// <summary>Takes an array back.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length <= SmallLength)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
        else
        {
            Large.Return(array);
        }
    }
}
