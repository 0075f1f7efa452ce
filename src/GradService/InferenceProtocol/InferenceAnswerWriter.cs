using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Writes an inference response: JSON, and behind it the bytes of the outputs that were asked for as bytes.</summary>
/// <remarks>Sources: Open Inference Protocol, "Inference Response JSON Object"; Triton, "Binary Tensor Data Extension".</remarks>
internal static class InferenceAnswerWriter
{
    private const int Chunk = 64 * 1024;

    private static readonly JavaScriptEncoder Readable = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static async Task WriteAsync(HttpContext context, InferenceModel model, InferenceRequest request, InferenceAnswer answer, TensorScope scope)
    {
        NamedTensor[] binary = [.. answer.Outputs.Where(output => request.IsBinary(output.Name))];
        HttpResponse response = context.Response;
        PipeWriter body = response.BodyWriter;
        if (binary.Length == 0)
        {
            response.ContentType = "application/json";
            WriteJson(body, model, request, answer);
            await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            return;
        }

        var json = new ScopedWriter(scope);
        WriteJson(json, model, request, answer);
        response.ContentType = "application/octet-stream";
        response.Headers[InferenceHeaders.JsonLength] = json.Written.Length.ToString(CultureInfo.InvariantCulture);
        response.ContentLength = json.Written.Length + binary.Sum(output => BinaryTensor.Size(output.Tensor));

        // Once started, what is written goes to the connection's own buffers without a copy between.
        await response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await body.WriteAsync(json.Written, context.RequestAborted).ConfigureAwait(false);
        foreach (NamedTensor output in binary)
        {
            await (output.Tensor is BytesTensor strings
                ? WriteStringsAsync(body, strings, context.RequestAborted)
                : WriteBytesAsync(body, output.Tensor, context.RequestAborted)).ConfigureAwait(false);
        }
    }

    private static async Task WriteBytesAsync(PipeWriter body, Tensor tensor, CancellationToken cancellation)
    {
        int size = (int)BinaryTensor.Size(tensor);
        for (int at = 0; at < size; at += Chunk)
        {
            body.Write(BinaryTensor.Bytes(tensor).Slice(at, Math.Min(Chunk, size - at)));
            await body.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static async Task WriteStringsAsync(PipeWriter body, BytesTensor strings, CancellationToken cancellation)
    {
        foreach (ReadOnlyMemory<byte> value in strings.Values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(body.GetSpan(BinaryTensor.LengthPrefix), value.Length);
            body.Advance(BinaryTensor.LengthPrefix);
            body.Write(value.Span);
            if (body.CanGetUnflushedBytes && body.UnflushedBytes > Chunk)
            {
                await body.FlushAsync(cancellation).ConfigureAwait(false);
            }
        }

        await body.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static void WriteJson(IBufferWriter<byte> writer, InferenceModel model, InferenceRequest request, InferenceAnswer answer)
    {
        writer.Write("{"u8);
        if (!request.Id.IsEmpty)
        {
            writer.Write("\"id\":"u8);
            writer.Write(request.Id.Span);
            writer.Write(","u8);
        }

        writer.Write("\"model_name\":"u8);
        WriteText(writer, model.Name);
        writer.Write(",\"model_version\":"u8);
        WriteText(writer, model.Version);
        if (answer.Warnings.Count > 0)
        {
            writer.Write(",\"parameters\":{\"warnings\":"u8);
            WriteText(writer, string.Join("; ", answer.Warnings));
            writer.Write("}"u8);
        }

        writer.Write(",\"outputs\":["u8);
        for (int i = 0; i < answer.Outputs.Count; i++)
        {
            writer.Write(i > 0 ? ","u8 : default);
            WriteOutput(writer, answer.Outputs[i], request.IsBinary(answer.Outputs[i].Name));
        }

        writer.Write("]}"u8);
    }

    private static void WriteOutput(IBufferWriter<byte> writer, NamedTensor output, bool binary)
    {
        Shape shape = output.Tensor.Shape;
        writer.Write("{\"name\":"u8);
        WriteText(writer, output.Name);
        writer.Write(",\"datatype\":"u8);
        WriteText(writer, output.Tensor.ElementType.ToString());
        writer.Write(",\"shape\":"u8);
        TensorWriter.WriteFlat(new Tensor<int>(new Shape(shape.Rank), shape.Lengths), writer);
        if (binary)
        {
            writer.Write(",\"parameters\":{\"binary_data_size\":"u8);
            writer.Advance(NumberFormatter.Write(BinaryTensor.Size(output.Tensor), writer.GetSpan(NumberFormatter.Room)));
            writer.Write("}}"u8);
        }
        else
        {
            writer.Write(",\"data\":"u8);
            TensorWriter.WriteFlat(output.Tensor, writer);
            writer.Write("}"u8);
        }
    }

    private static void WriteText(IBufferWriter<byte> writer, string text)
    {
        writer.Write("\""u8);
        writer.Write(JsonEncodedText.Encode(text, Readable).EncodedUtf8Bytes);
        writer.Write("\""u8);
    }
}
