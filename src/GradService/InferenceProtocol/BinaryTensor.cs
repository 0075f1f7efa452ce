using System.Buffers.Binary;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Tensors as the binary tensor data extension carries them: little-endian, row-major, BYTES with a length before each element.</summary>
/// <remarks>Source: Triton Inference Server, "Binary Tensor Data Extension".</remarks>
internal static class BinaryTensor
{
    /// <summary>A tensor over bytes, which are not copied.</summary>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <param name="type">Its datatype.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="bytes">As many bytes as the shape takes; of BYTES, as many as its elements say.</param>
    /// <param name="scope">What the offsets of BYTES are rented from.</param>
    /// <param name="path">The JSON path for errors.</param>
    /// <exception cref="BodyException">A BOOL that is neither 0 nor 1, or an element of BYTES that does not fit.</exception>
    public static Tensor Read(string name, ElementType type, Shape shape, Memory<byte> bytes, TensorScope scope, string path) => type switch
    {
        ElementType.BOOL => Flags(name, shape, bytes, path),
        ElementType.BYTES => new BytesTensor(shape, Strings(name, shape, bytes, scope, path)),
        _ => Over(type, shape, bytes),
    };

    /// <summary>A tensor over the bytes of a trusted source, which are not copied.</summary>
    /// <param name="type">Its datatype; not BYTES.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="bytes">As many bytes as the shape takes.</param>
    public static Tensor Over(ElementType type, Shape shape, Memory<byte> bytes) => type switch
    {
        ElementType.BOOL => new Tensor<bool>(shape, bytes),
        ElementType.UINT8 => new Tensor<byte>(shape, bytes),
        ElementType.UINT16 => new Tensor<ushort>(shape, bytes),
        ElementType.UINT32 => new Tensor<uint>(shape, bytes),
        ElementType.UINT64 => new Tensor<ulong>(shape, bytes),
        ElementType.INT8 => new Tensor<sbyte>(shape, bytes),
        ElementType.INT16 => new Tensor<short>(shape, bytes),
        ElementType.INT32 => new Tensor<int>(shape, bytes),
        ElementType.INT64 => new Tensor<long>(shape, bytes),
        ElementType.FP16 => new Tensor<Half>(shape, bytes),
        ElementType.BF16 => new Tensor<BFloat16>(shape, bytes),
        ElementType.FP32 => new Tensor<float>(shape, bytes),
        ElementType.FP64 => new Tensor<double>(shape, bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The elements of BYTES do not lie in one piece."),
    };

    /// <summary>The bytes that a tensor takes on the wire.</summary>
    public static long Size(Tensor tensor) => tensor is BytesTensor strings
        ? strings.Values.Sum(value => (long)FramedStrings.LengthPrefix + value.Length)
        : (long)tensor.Length * tensor.ElementType.Size();

    private static Tensor<bool> Flags(string name, Shape shape, Memory<byte> bytes, string path)
    {
        int at = bytes.Span.IndexOfAnyExceptInRange((byte)0, (byte)1);
        return at < 0
            ? new Tensor<bool>(shape, bytes)
            : throw new BodyException(path, $"Input '{name}' holds the byte {bytes.Span[at]} at element {at}; a BOOL is 0 or 1.", BodyException.Malformed);
    }

    private static FramedStrings Strings(string name, Shape shape, Memory<byte> bytes, TensorScope scope, string path)
    {
        ReadOnlySpan<byte> rest = bytes.Span;
        if (rest.Length < (long)FramedStrings.LengthPrefix * shape.Length)
        {
            throw new BodyException(path, $"Input '{name}': expected at least {(long)FramedStrings.LengthPrefix * shape.Length} bytes for shape {shape} of BYTES, received {rest.Length}.", BodyException.Malformed);
        }

        Tensor<int> offsets = scope.Rent<int>(new Shape(shape.Length));
        int at = 0;
        for (int index = 0; index < shape.Length; index++)
        {
            uint length = rest.Length - at < FramedStrings.LengthPrefix ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(rest[at..]);
            at += FramedStrings.LengthPrefix;
            if (length > rest.Length - at)
            {
                throw new BodyException(path, $"Input '{name}': element {index} of BYTES does not fit into the {Quantity.Of(rest.Length, "byte", "bytes")} received.", BodyException.Malformed);
            }

            offsets.Span[index] = at;
            at += (int)length;
        }

        return at == rest.Length
            ? new FramedStrings(bytes, offsets)
            : throw new BodyException(path, $"Input '{name}': expected {Quantity.Of(at, "byte", "bytes")} for the {Quantity.Of(shape.Length, "element", "elements")} of BYTES, received {rest.Length}.", BodyException.Malformed);
    }
}
