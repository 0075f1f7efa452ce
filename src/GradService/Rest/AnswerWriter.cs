using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GradService.Catalog;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Rest;

/// <summary>Writes a response record as JSON: its members in order, then the warnings.</summary>
internal sealed class AnswerWriter
{
    private static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly (OutputMember Member, byte[] Name)[] _outputs;

    public AnswerWriter(Operation operation) =>
        _outputs = [.. operation.Signature.Outputs.Select(output => (output, Encoding.UTF8.GetBytes($"\"{output.Name}\":")))];

    public void Write(IBufferWriter<byte> writer, object response, Evaluation run, TensorFormat format)
    {
        ReadOnlySpan<byte> separator = "{"u8;
        foreach ((OutputMember member, byte[] name) in _outputs)
        {
            if (member.Get(response) is { } value)
            {
                writer.Write(separator);
                writer.Write(name);
                Write(writer, value, format);
                separator = ","u8;
            }
        }

        if (run.Warnings.Count > 0)
        {
            writer.Write(separator);
            writer.Write("\"warnings\":"u8);
            Write(writer, run.Warnings, format);
            separator = ","u8;
        }

        writer.Write(separator.SequenceEqual("{"u8) ? "{}"u8 : "}"u8);
    }

    private static void Write(IBufferWriter<byte> writer, object value, TensorFormat format)
    {
        switch (value)
        {
            case Tensor tensor:
                TensorWriter.Write(tensor, format, writer);
                break;
            case double number:
                writer.Advance(NumberFormatter.Write(number, writer.GetSpan(NumberFormatter.Room)));
                break;
            case IEnumerable<string> sentences:
                ReadOnlySpan<byte> separator = "["u8;
                foreach (string sentence in sentences)
                {
                    writer.Write(separator);
                    Write(writer, sentence);
                    separator = ","u8;
                }

                writer.Write(separator.SequenceEqual("["u8) ? "[]"u8 : "]"u8);
                break;
            case string text:
                Write(writer, text);
                break;
            default:
                writer.Write(JsonSerializer.SerializeToUtf8Bytes(value, ParameterJson.Options));
                break;
        }
    }

    private static void Write(IBufferWriter<byte> writer, string text)
    {
        writer.Write("\""u8);
        writer.Write(JsonEncodedText.Encode(text, Readable).EncodedUtf8Bytes);
        writer.Write("\""u8);
    }
}
