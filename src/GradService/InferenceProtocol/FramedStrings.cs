using System.Buffers.Binary;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Strings of bytes with their lengths before them, found by offsets that are charged to the request.</summary>
internal sealed class FramedStrings : IReadOnlyList<ReadOnlyMemory<byte>>
{
    private readonly Memory<byte> _bytes;
    private readonly Tensor<int> _offsets;

    private FramedStrings(Memory<byte> bytes, Tensor<int> offsets)
    {
        _bytes = bytes;
        _offsets = offsets;
    }

    public int Count => _offsets.Length;

    public ReadOnlyMemory<byte> this[int index]
    {
        get
        {
            int at = _offsets.Span[index];
            return _bytes.Slice(at, BinaryPrimitives.ReadInt32LittleEndian(_bytes.Span[(at - BinaryTensor.LengthPrefix)..]));
        }
    }

    public static FramedStrings Read(string name, Shape shape, Memory<byte> bytes, TensorScope scope, string path)
    {
        ReadOnlySpan<byte> rest = bytes.Span;
        if (rest.Length < (long)BinaryTensor.LengthPrefix * shape.Length)
        {
            throw new BodyException(path, $"Input '{name}': expected at least {(long)BinaryTensor.LengthPrefix * shape.Length} bytes for shape {shape} of BYTES, received {rest.Length}.", BodyException.Malformed);
        }

        Tensor<int> offsets = scope.Rent<int>(new Shape(shape.Length));
        int at = 0;
        for (int index = 0; index < shape.Length; index++)
        {
            uint length = rest.Length - at < BinaryTensor.LengthPrefix ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(rest[at..]);
            at += BinaryTensor.LengthPrefix;
            if (length > rest.Length - at)
            {
                throw new BodyException(path, $"Input '{name}': element {index} of BYTES does not fit into the {rest.Length} bytes received.", BodyException.Malformed);
            }

            offsets.Span[index] = at;
            at += (int)length;
        }

        return at == rest.Length
            ? new FramedStrings(bytes, offsets)
            : throw new BodyException(path, $"Input '{name}': expected {at} bytes for the {shape.Length} elements of BYTES, received {rest.Length}.", BodyException.Malformed);
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
