using System.Buffers;
using System.Globalization;
using System.Text.Json;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Benchmarks.Wire;

/// <summary>Ways to write numbers as a flat JSON array in .NET, into a buffer that is there already.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class Writers<T>
    where T : unmanaged, IUtf8SpanFormattable
{
    private const int Room = 32;

    /// <summary>The service's own.</summary>
    public static void Format(Tensor<T> tensor, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        TensorWriter.WriteFlat(tensor, output);
    }

    /// <summary>The token writer of the framework.</summary>
    public static void WriteTokens(Tensor<T> tensor, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartArray();
        foreach (T value in tensor.Span)
        {
            if (typeof(T) == typeof(float))
            {
                writer.WriteNumberValue((float)(object)value);
            }
            else
            {
                writer.WriteNumberValue((double)(object)value);
            }
        }

        writer.WriteEndArray();
    }

    /// <summary>The number formatting of the framework, and commas.</summary>
    public static void FormatEach(Tensor<T> tensor, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        output.Write("["u8);
        foreach (T value in tensor.Span)
        {
            Span<byte> room = output.GetSpan(Room);
            value.TryFormat(room, out int length, default, CultureInfo.InvariantCulture);
            room[length] = (byte)',';
            output.Advance(length + 1);
        }

        output.Write("]"u8);
    }
}
