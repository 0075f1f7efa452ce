using System.Buffers.Binary;
using System.Runtime.InteropServices;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Rented memory that grows with the strings put into it, so that these are charged to the request like any tensor.</summary>
/// <param name="scope">What the memory is rented from.</param>
internal struct StringMemory(TensorScope scope)
{
    private const int FirstRoom = 256;

    private Memory<byte> _bytes;
    private Memory<byte> _offsets;
    private int _used;
    private int _count;

    /// <summary>Puts a string behind those before it.</summary>
    /// <param name="raw">What stands between its quotes in JSON; its escapes are valid, and are undone.</param>
    public void Add(ReadOnlySpan<byte> raw)
    {
        _bytes = WithRoom(_bytes, _used, FramedStrings.LengthPrefix + raw.Length);
        _offsets = WithRoom(_offsets, _count * sizeof(int), sizeof(int));
        Span<byte> free = _bytes.Span[_used..];
        int length = JsonText.Unescape(raw, free[FramedStrings.LengthPrefix..]);
        BinaryPrimitives.WriteInt32LittleEndian(free, length);
        MemoryMarshal.Cast<byte, int>(_offsets.Span)[_count++] = _used + FramedStrings.LengthPrefix;
        _used += FramedStrings.LengthPrefix + length;
    }

    /// <summary>The strings put in, in their order.</summary>
    public readonly FramedStrings Finish() => new(_bytes[.._used], new Tensor<int>(new Shape(_count), _offsets[..(_count * sizeof(int))]));

    private readonly Memory<byte> WithRoom(Memory<byte> memory, int used, int more)
    {
        long needed = (long)used + more;
        return needed <= memory.Length ? memory
            : memory.IsEmpty ? scope.RentBytes(Math.Max(FirstRoom, needed))
            : scope.Resize(memory, Math.Max(2L * memory.Length, needed), used);
    }
}
