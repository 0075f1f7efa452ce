using System.Buffers;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Writes the elements of a tensor as JSON between commas, some at a time, so that a long answer can be sent as it is written.</summary>
internal static class FlatJson
{
    private const int Elements = 512;

    /// <summary>Writes the elements from one on, and a comma before each but the first of all.</summary>
    /// <returns>The element to go on with; the tensor's length when all are written.</returns>
    public static int WriteSome(Tensor tensor, int from, IBufferWriter<byte> output) => tensor switch
    {
        Tensor<float> numbers => WriteSome<float>(numbers.Span, from, output),
        Tensor<double> numbers => WriteSome<double>(numbers.Span, from, output),
        Tensor<int> numbers => WriteSome<int>(numbers.Span, from, output),
        Tensor<long> numbers => WriteSome<long>(numbers.Span, from, output),
        Tensor<bool> numbers => WriteSome<bool>(numbers.Span, from, output),
        Tensor<byte> numbers => WriteSome<byte>(numbers.Span, from, output),
        Tensor<ushort> numbers => WriteSome<ushort>(numbers.Span, from, output),
        Tensor<uint> numbers => WriteSome<uint>(numbers.Span, from, output),
        Tensor<ulong> numbers => WriteSome<ulong>(numbers.Span, from, output),
        Tensor<sbyte> numbers => WriteSome<sbyte>(numbers.Span, from, output),
        Tensor<short> numbers => WriteSome<short>(numbers.Span, from, output),
        Tensor<Half> numbers => WriteSome<Half>(numbers.Span, from, output),
        Tensor<BFloat16> numbers => WriteSome<BFloat16>(numbers.Span, from, output),
        _ => WriteString((BytesTensor)tensor, from, output),
    };

    private static int WriteSome<T>(ReadOnlySpan<T> values, int from, IBufferWriter<byte> output)
        where T : unmanaged
    {
        int until = Math.Min(values.Length, from + Elements);
        Span<byte> room = output.GetSpan(((until - from) * (NumberFormatter.Room + 1)) + 1);
        int length = 0;
        for (int at = from; at < until; at++)
        {
            if (at > 0)
            {
                room[length++] = (byte)',';
            }

            length += NumberFormatter.Write(values[at], room[length..]);
        }

        output.Advance(length);
        return until;
    }

    private static int WriteString(BytesTensor strings, int from, IBufferWriter<byte> output)
    {
        if (from == strings.Length)
        {
            return from;
        }

        output.Write(from > 0 ? ","u8 : default);
        TensorWriter.Write(new BytesTensor(Shape.Scalar, [strings.Values[from]]), TensorFormat.Nested, output);
        return from + 1;
    }
}
