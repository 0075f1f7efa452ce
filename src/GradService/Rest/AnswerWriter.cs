using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using GradService.Catalog;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Rest;

/// <summary>Writes a response record as JSON: its members in order, then the warnings.</summary>
internal sealed class AnswerWriter
{
    private readonly (OutputMember Member, byte[] Name)[] _outputs;

    public AnswerWriter(Operation operation) =>
        _outputs = [.. operation.Signature.Outputs.Select(output => (output, Encoding.UTF8.GetBytes($"\"{output.Name}\":")))];

    /// <summary>Writes the answer, sending it as it grows.</summary>
    /// <returns>The elements of the tensors written.</returns>
    public async ValueTask<long> WriteAsync(PipeWriter writer, object response, Evaluation run, TensorFormat format, CancellationToken cancellation)
    {
        bool first = true;
        long elements = 0;
        foreach ((OutputMember member, byte[] name) in _outputs)
        {
            if (member.Get(response) is not { } value)
            {
                continue;
            }

            writer.Write(first ? "{"u8 : ","u8);
            writer.Write(name);
            first = false;
            if (value is Tensor tensor)
            {
                elements += tensor.Length;
                await TensorStream.WriteAsync(tensor, format, writer, cancellation).ConfigureAwait(false);
            }
            else
            {
                Write(writer, value);
            }
        }

        if (run.Warnings.Count > 0)
        {
            writer.Write(first ? "{"u8 : ","u8);
            writer.Write("\"warnings\":"u8);
            Write(writer, run.Warnings);
            first = false;
        }

        writer.Write(first ? "{}"u8 : "}"u8);
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
        return elements;
    }

    private static void Write(PipeWriter writer, object value)
    {
        switch (value)
        {
            case double number:
                writer.Advance(NumberFormatter.Write(number, writer.GetSpan(NumberFormatter.Room)));
                break;
            case IEnumerable<string> sentences:
                ReadOnlySpan<byte> separator = "["u8;
                foreach (string sentence in sentences)
                {
                    writer.Write(separator);
                    JsonString.Write(writer, sentence);
                    separator = ","u8;
                }

                writer.Write(separator.SequenceEqual("["u8) ? "[]"u8 : "]"u8);
                break;
            case string text:
                JsonString.Write(writer, text);
                break;
            default:
                writer.Write(JsonSerializer.SerializeToUtf8Bytes(value, ParameterJson.Options));
                break;
        }
    }
}
