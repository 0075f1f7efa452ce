using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Tensors as base64 text of little-endian, row-major elements.</summary>
internal static class Base64Elements
{
    /// <summary>Decodes the elements of a tensor and turns them into what is asked for.</summary>
    /// <param name="content">What stands between the quotes.</param>
    /// <param name="shape">The shape declared beside it.</param>
    /// <param name="datatype">The datatype declared beside it.</param>
    /// <param name="kind">What elements are asked for.</param>
    /// <param name="floating">FP32 or FP64.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="path">The JSON path of the text.</param>
    public static Tensor Read(ReadOnlySpan<byte> content, Shape shape, ElementType datatype, TensorKind kind, ElementType floating, TensorScope scope, string path)
    {
        if (datatype == ElementType.BYTES)
        {
            throw new BodyException(path, "BYTES are strings, a tensor here wants numbers.", BodyException.Senseless);
        }

        // '/' may be escaped in JSON, and some writers do so.
        ReadOnlySpan<byte> text = content.Contains((byte)'\\') ? JsonText.Unescape(content) : content;
        Memory<byte> bytes = scope.RentBytes(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        OperationStatus status = Base64.DecodeFromUtf8(text, bytes.Span, out int consumed, out int written);
        if (status != OperationStatus.Done)
        {
            string where = consumed < text.Length ? $" after {consumed} of {Quantity.Of(text.Length, "character", "characters")}" : string.Empty;
            throw new BodyException(path, $"The text is not base64: it breaks off or holds a foreign character{where}. Expected the standard alphabet (+ and /) with = as padding.", BodyException.Senseless);
        }

        long wanted = (long)shape.Length * datatype.Size();
        if (written != wanted)
        {
            throw new BodyException(path, $"{shape} of {datatype} is {Quantity.Of(wanted, "byte", "bytes")}, found {written}.", BodyException.Senseless);
        }

        bytes = scope.Resize(bytes, written, written);
        Tensor tensor = Wrap(shape, datatype, bytes, path);
        Tensor converted = ElementConversion.To(tensor, kind, floating, scope, path);
        if (!ReferenceEquals(converted, tensor))
        {
            scope.GiveBack(bytes);
        }

        return converted;
    }

    private static Tensor Wrap(Shape shape, ElementType datatype, Memory<byte> bytes, string path)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Tensors travel in little-endian order, and are not turned round here.");
        }

        if (datatype == ElementType.BOOL && bytes.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and int wrong)
        {
            throw new BodyException(path, $"A BOOL is a byte of 0 or 1, found {bytes.Span[wrong]} at element {wrong}.", BodyException.Senseless);
        }

        return datatype switch
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
            _ => new Tensor<double>(shape, bytes),
        };
    }
}
