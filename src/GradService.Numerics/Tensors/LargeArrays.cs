using System.Numerics;

namespace GradService.Numerics.Tensors;

/// <summary>Large arrays that wait for their next use, up to a sum, for all threads together; their lengths are powers of two.</summary>
/// <param name="mostKept">The most bytes that wait.</param>
internal sealed class LargeArrays(long mostKept)
{
    private const int MostPooledLength = 1 << 30;

    private readonly List<byte[]>[] _kept = [.. Enumerable.Range(0, 1 + IndexOf(MostPooledLength)).Select(_ => new List<byte[]>())];

    // How few of each length waited at any moment since unused ones were last dropped: so many were not needed.
    private readonly int[] _fewest = new int[1 + IndexOf(MostPooledLength)];

    /// <summary>The most bytes that wait.</summary>
    public long MostKept => mostKept;

    /// <summary>The bytes that wait now.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>An array of at least so many bytes, more than <see cref="ScopeArrays.SmallLength"/>, their content undefined.</summary>
    public byte[] Rent(int count)
    {
        if (count > MostPooledLength)
        {
            return GC.AllocateUninitializedArray<byte>(count);
        }

        int length = (int)BitOperations.RoundUpToPowerOf2((uint)count);
        int index = IndexOf(length);
        lock (_kept)
        {
            List<byte[]> kept = _kept[index];
            if (kept.Count > 0)
            {
                byte[] array = kept[^1];
                kept.RemoveAt(kept.Count - 1);
                KeptBytes -= length;
                _fewest[index] = Math.Min(_fewest[index], kept.Count);
                return array;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Takes an array back.</summary>
    public void Return(byte[] array)
    {
        lock (_kept)
        {
            if (array.Length <= MostPooledLength && KeptBytes + array.Length <= mostKept)
            {
                KeptBytes += array.Length;
                _kept[IndexOf(array.Length)].Add(array);
            }
        }
    }

    /// <summary>Lets go of the arrays that have waited in vain since this was last called.</summary>
    public void DropUnused()
    {
        lock (_kept)
        {
            for (int index = 0; index < _kept.Length; index++)
            {
                // The last used are at the end.
                KeptBytes -= _kept[index].Take(_fewest[index]).Sum(array => (long)array.Length);
                _kept[index].RemoveRange(0, _fewest[index]);
                _fewest[index] = _kept[index].Count;
            }
        }
    }

    private static int IndexOf(int length) => BitOperations.Log2((uint)(length / ScopeArrays.SmallLength));
}
