using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Writes a tensor as JSON, a chunk of bounded size at a time.</summary>
internal static class TensorWriter
{
    private const int Chunk = 16384;

    /// <summary>Writes a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="format">Its form. BYTES have no base64 form and are written flat instead.</param>
    /// <param name="output">Where to, such as a response's pipe; advanced chunk by chunk, not flushed.</param>
    public static void Write(Tensor tensor, TensorFormat format, IBufferWriter<byte> output)
    {
        if (format == TensorFormat.Base64 && tensor is not BytesTensor)
        {
            WriteBase64Head(tensor, output);
            WriteBase64(tensor.Bytes.Span, output);
            output.Write("\"}"u8);
        }
        else if (format == TensorFormat.Nested)
        {
            WriteElements(tensor, tensor.Shape, output);
        }
        else
        {
            WriteFlatHead(tensor, output);
            WriteFlat(tensor, output);
            output.Write("}"u8);
        }
    }

    /// <summary>Writes the elements alone, in one flat array: what the Open Inference Protocol calls <c>data</c>.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="output">Where to.</param>
    public static void WriteFlat(Tensor tensor, IBufferWriter<byte> output) =>
        WriteElements(tensor, new Shape(tensor.Length), output);

    /// <summary>Writes the elements of the nested form without its outermost brackets.</summary>
    /// <param name="tensor">At least one axis.</param>
    /// <param name="output">Where to.</param>
    public static void WriteItems(Tensor tensor, IBufferWriter<byte> output) => WriteElements(tensor, tensor.Shape, output, bare: true);

    /// <summary>Writes the flat form up to its elements.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="output">Where to.</param>
    public static void WriteFlatHead(Tensor tensor, IBufferWriter<byte> output)
    {
        WriteShape(tensor.Shape, output);
        output.Write(",\"data\":"u8);
    }

    /// <summary>Writes the base64 form up to its text.</summary>
    /// <param name="tensor">Any tensor but BYTES.</param>
    /// <param name="output">Where to.</param>
    public static void WriteBase64Head(Tensor tensor, IBufferWriter<byte> output)
    {
        WriteShape(tensor.Shape, output);
        output.Write(",\"datatype\":\""u8);
        output.Write(System.Text.Encoding.ASCII.GetBytes(tensor.ElementType.ToString()));
        output.Write("\",\"base64\":\""u8);
    }

    /// <summary>Writes bytes as base64 text.</summary>
    /// <param name="bytes">A multiple of three of them, or the last.</param>
    /// <param name="output">Where to.</param>
    public static void WriteBase64(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        const int BytesPerChunk = Chunk / 4 * 3;
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, BytesPerChunk);
            Base64.EncodeToUtf8(bytes[..count], output.GetSpan(Chunk), out _, out int written);
            output.Advance(written);
            bytes = bytes[count..];
        }
    }

    private static void WriteShape(Shape shape, IBufferWriter<byte> output)
    {
        output.Write("{\"shape\":"u8);
        WriteElements(new Tensor<int>(new Shape(shape.Rank), shape.Lengths), new Shape(shape.Rank), output);
    }

    private static void WriteElements(Tensor tensor, Shape shape, IBufferWriter<byte> output, bool bare = false)
    {
        switch (tensor)
        {
            case Tensor<float> numbers: Nest<float>(numbers.Span, shape, output, bare); break;
            case Tensor<double> numbers: Nest<double>(numbers.Span, shape, output, bare); break;
            case Tensor<bool> numbers: Nest<bool>(numbers.Span, shape, output, bare); break;
            case Tensor<sbyte> numbers: Nest<sbyte>(numbers.Span, shape, output, bare); break;
            case Tensor<short> numbers: Nest<short>(numbers.Span, shape, output, bare); break;
            case Tensor<int> numbers: Nest<int>(numbers.Span, shape, output, bare); break;
            case Tensor<long> numbers: Nest<long>(numbers.Span, shape, output, bare); break;
            case Tensor<byte> numbers: Nest<byte>(numbers.Span, shape, output, bare); break;
            case Tensor<ushort> numbers: Nest<ushort>(numbers.Span, shape, output, bare); break;
            case Tensor<uint> numbers: Nest<uint>(numbers.Span, shape, output, bare); break;
            case Tensor<ulong> numbers: Nest<ulong>(numbers.Span, shape, output, bare); break;
            case Tensor<Half> numbers: Nest<Half>(numbers.Span, shape, output, bare); break;
            case Tensor<BFloat16> numbers: Nest<BFloat16>(numbers.Span, shape, output, bare); break;
            default: NestedStrings(((BytesTensor)tensor).Values, shape, output, bare); break;
        }
    }

    private static void Nest<T>(ReadOnlySpan<T> values, Shape shape, IBufferWriter<byte> output, bool bare)
        where T : unmanaged
    {
        if (shape.Rank == 0)
        {
            Span<byte> room = output.GetSpan(NumberFormatter.Room);
            output.Advance(NumberFormatter.Write(values[0], room));
            return;
        }

        var walk = new BracketWalk(shape, bare);
        int row = shape[^1];
        int at = 0;
        while (walk.Next(output))
        {
            Row(values.Slice(at, row), output);
            at += row;
        }
    }

    private static void Row<T>(ReadOnlySpan<T> values, IBufferWriter<byte> output)
        where T : unmanaged
    {
        while (!values.IsEmpty)
        {
            // A number and a comma each, and the room the last one may overwrite.
            int count = Math.Min(values.Length, Chunk / (NumberFormatter.Room + 1));
            Span<byte> room = output.GetSpan((count * (NumberFormatter.Room + 1)) + 1);
            ref byte text = ref MemoryMarshal.GetReference(room);
            int length = 0;
            int index = WriteBlocks(values[..count], ref text, ref length);
            for (; index < count; index++)
            {
                length += NumberFormatter.Write(values[index], ref Unsafe.Add(ref text, length));
                Unsafe.Add(ref text, length++) = (byte)',';
            }

            values = values[count..];
            output.Advance(values.IsEmpty ? length - 1 : length);
        }
    }

    /// <summary>Writes as many of the numbers as fill the blocks that this processor has for their type.</summary>
    /// <returns>How many.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteBlocks<T>(ReadOnlySpan<T> values, ref byte text, ref int length)
        where T : unmanaged
    {
        int index = 0;
        if (typeof(T) == typeof(float) && SingleBlock.IsSupported)
        {
            ref float first = ref Unsafe.As<T, float>(ref MemoryMarshal.GetReference(values));
            for (; index <= values.Length - SingleBlock.Count; index += SingleBlock.Count)
            {
                length += SingleBlock.Write(ref Unsafe.Add(ref first, index), ref Unsafe.Add(ref text, length));
            }
        }
        else if (typeof(T) == typeof(double) && DoubleBlock.IsSupported)
        {
            ref double first = ref Unsafe.As<T, double>(ref MemoryMarshal.GetReference(values));
            for (; index <= values.Length - DoubleBlock.Count; index += DoubleBlock.Count)
            {
                length += DoubleBlock.Write(ref Unsafe.Add(ref first, index), ref Unsafe.Add(ref text, length));
            }
        }

        return index;
    }

    private static void NestedStrings(IReadOnlyList<ReadOnlyMemory<byte>> values, Shape shape, IBufferWriter<byte> output, bool bare)
    {
        if (shape.Rank == 0)
        {
            WriteString(values[0].Span, output);
            return;
        }

        var walk = new BracketWalk(shape, bare);
        int at = 0;
        while (walk.Next(output))
        {
            for (int column = 0; column < shape[^1]; column++)
            {
                if (column > 0)
                {
                    output.Write(","u8);
                }

                WriteString(values[at++].Span, output);
            }
        }
    }

    private static void WriteString(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        // JSON has no bytes: what is not UTF-8 becomes the replacement character, as the protocol leaves no other way.
        JsonString.Write(output, System.Text.Encoding.UTF8.GetString(value));
    }
}
