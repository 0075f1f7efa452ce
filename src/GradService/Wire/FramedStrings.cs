using System.Buffers.Binary;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Strings of bytes with their lengths before them, found by offsets that are charged to the request.</summary>
/// <param name="bytes">Each string with its length before it.</param>
/// <param name="offsets">Where each string begins, behind its length.</param>
internal sealed class FramedStrings(Memory<byte> bytes, Tensor<int> offsets) : IReadOnlyList<ReadOnlyMemory<byte>>
{
    /// <summary>The bytes of the length before each string, little-endian.</summary>
    public const int LengthPrefix = 4;

    public int Count => offsets.Length;

    public ReadOnlyMemory<byte> this[int index]
    {
        get
        {
            int at = offsets.Span[index];
            return bytes.Slice(at, BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[(at - LengthPrefix)..]));
        }
    }

    public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
    {
        for (int index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
