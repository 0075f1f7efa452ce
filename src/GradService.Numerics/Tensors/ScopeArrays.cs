using System.Buffers;
using System.Numerics;

namespace GradService.Numerics.Tensors;

/// <summary>
/// Where the arrays of scopes come from and go back to. Small ones are the shared pool's, which keeps one of each size for each thread and
/// each processor: of large ones that would be many times what the requests in flight may use. Those are kept here, up to a sum.
/// </summary>
internal static class ScopeArrays
{
    /// <summary>Up to this length an array is a small one; the lengths of both kinds are powers of two.</summary>
    public const int SmallLength = 1 << 19;

    private const int MostPooledLength = 1 << 30;
    private static readonly Stack<byte[]>[] Kept = [.. Enumerable.Range(0, 1 + BitOperations.Log2(MostPooledLength / SmallLength)).Select(_ => new Stack<byte[]>())];

    /// <summary>The most bytes of large arrays that wait for their next use: a sixteenth of the memory that the process may use.</summary>
    public static long MostKept { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16;

    /// <summary>The bytes of large arrays that wait now.</summary>
    public static long KeptBytes { get; private set; }

    /// <summary>An array of at least so many bytes, their content undefined.</summary>
    public static byte[] Rent(int count)
    {
        if (count <= SmallLength)
        {
            return ArrayPool<byte>.Shared.Rent(count);
        }

        if (count > MostPooledLength)
        {
            return GC.AllocateUninitializedArray<byte>(count);
        }

        int length = (int)BitOperations.RoundUpToPowerOf2((uint)count);
        lock (Kept)
        {
            if (Kept[IndexOf(length)].TryPop(out byte[]? array))
            {
                KeptBytes -= length;
                return array;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Takes an array back.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length <= SmallLength)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }

        lock (Kept)
        {
            if (array.Length <= MostPooledLength && KeptBytes + array.Length <= MostKept)
            {
                KeptBytes += array.Length;
                Kept[IndexOf(array.Length)].Push(array);
            }
        }
    }

    private static int IndexOf(int length) => BitOperations.Log2((uint)(length / SmallLength));
}
