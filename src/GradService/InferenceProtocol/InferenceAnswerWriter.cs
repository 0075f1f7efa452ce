using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using GradService.Hosting.Admission;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>Writes an inference response: JSON, and behind it the bytes of the outputs that were asked for as bytes.</summary>
/// <remarks>Sources: Open Inference Protocol, "Inference Response JSON Object"; Triton, "Binary Tensor Data Extension".</remarks>
internal sealed class InferenceAnswerWriter(InferenceModel model, InferenceRequest request, InferenceAnswer answer)
{
    private const int Chunk = 64 * 1024;

    /// <summary>Writes the answer, sending it as it grows.</summary>
    /// <param name="context">The request's context, its response not begun.</param>
    /// <param name="scope">What JSON is collected in where its length must be told beforehand.</param>
    /// <param name="slot">What is given up while the reader is slow; null for nothing.</param>
    public async Task WriteAsync(HttpContext context, TensorScope scope, CpuSlot? slot)
    {
        HttpResponse response = context.Response;
        CancellationToken cancellation = context.RequestAborted;
        long binaryBytes = BinaryBytes();
        if (binaryBytes < 0)
        {
            response.ContentType = "application/json";
            await response.StartAsync(cancellation).ConfigureAwait(false);
            PipeWriter body = Writer(response, slot);
            await WriteJsonAsync(body, body, cancellation).ConfigureAwait(false);
            return;
        }

        var json = new ScopedWriter(scope);
        await WriteJsonAsync(json, null, cancellation).ConfigureAwait(false);
        response.ContentType = "application/octet-stream";
        response.Headers[InferenceHeaders.JsonLength] = json.Written.Length.ToString(CultureInfo.InvariantCulture);
        response.ContentLength = json.Written.Length + binaryBytes;

        // Once started, what is written goes to the connection's own buffers without a copy between.
        await response.StartAsync(cancellation).ConfigureAwait(false);
        PipeWriter sent = Writer(response, slot);
        sent.Write(json.Written.Span);
        for (int i = 0; i < answer.Outputs.Count; i++)
        {
            NamedTensor output = answer.Outputs[i];
            if (!request.IsBinary(output.Name))
            {
                continue;
            }

            if (output.Tensor is BytesTensor strings)
            {
                await WriteStringsAsync(sent, strings, cancellation).ConfigureAwait(false);
            }
            else
            {
                await WriteBytesAsync(sent, output.Tensor, cancellation).ConfigureAwait(false);
            }
        }

        await sent.FlushAsync(cancellation).ConfigureAwait(false);
    }

    // Less than 0 where no output is answered as bytes.
    private long BinaryBytes()
    {
        (long bytes, bool any) = (0, false);
        for (int i = 0; i < answer.Outputs.Count; i++)
        {
            NamedTensor output = answer.Outputs[i];
            if (request.IsBinary(output.Name))
            {
                (bytes, any) = (bytes + BinaryTensor.Size(output.Tensor), true);
            }
        }

        return any ? bytes : -1;
    }

    private static PipeWriter Writer(HttpResponse response, CpuSlot? slot) => slot?.Writer(response.BodyWriter) ?? response.BodyWriter;

    private static async ValueTask WriteBytesAsync(PipeWriter body, Tensor tensor, CancellationToken cancellation)
    {
        int size = (int)BinaryTensor.Size(tensor);
        for (int at = 0; at < size; at += Chunk)
        {
            body.Write(tensor.Bytes.Span.Slice(at, Math.Min(Chunk, size - at)));
            if (body.UnflushedBytes >= Chunk)
            {
                await body.FlushAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask WriteStringsAsync(PipeWriter body, BytesTensor strings, CancellationToken cancellation)
    {
        foreach (ReadOnlyMemory<byte> value in strings.Values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(body.GetSpan(FramedStrings.LengthPrefix), value.Length);
            body.Advance(FramedStrings.LengthPrefix);
            body.Write(value.Span);
            if (body.UnflushedBytes > Chunk)
            {
                await body.FlushAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WriteJsonAsync(IBufferWriter<byte> writer, PipeWriter? sent, CancellationToken cancellation)
    {
        WriteHead(writer);
        for (int i = 0; i < answer.Outputs.Count; i++)
        {
            NamedTensor output = answer.Outputs[i];
            bool binary = request.IsBinary(output.Name);
            writer.Write(i > 0 ? ","u8 : default);
            WriteOutputHead(writer, output, binary);
            for (int at = 0; !binary && at < output.Tensor.Length;)
            {
                at = FlatJson.WriteSome(output.Tensor, at, writer);
                if (sent?.UnflushedBytes > Chunk)
                {
                    await sent.FlushAsync(cancellation).ConfigureAwait(false);
                }
            }

            writer.Write(binary ? "}"u8 : "]}"u8);
        }

        writer.Write("]}"u8);
        if (sent is not null)
        {
            await sent.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    private void WriteHead(IBufferWriter<byte> writer)
    {
        writer.Write("{"u8);
        if (!request.Id.IsEmpty)
        {
            writer.Write("\"id\":"u8);
            writer.Write(request.Id.Span);
            writer.Write(","u8);
        }

        writer.Write("\"model_name\":"u8);
        JsonString.Write(writer, model.Name);
        writer.Write(",\"model_version\":"u8);
        JsonString.Write(writer, model.Version);
        if (answer.Warnings.Count > 0)
        {
            writer.Write(",\"parameters\":{\"warnings\":"u8);
            JsonString.Write(writer, string.Join("; ", answer.Warnings));
            writer.Write("}"u8);
        }

        writer.Write(",\"outputs\":["u8);
    }

    private static void WriteOutputHead(IBufferWriter<byte> writer, NamedTensor output, bool binary)
    {
        Shape shape = output.Tensor.Shape;
        writer.Write("{\"name\":"u8);
        JsonString.Write(writer, output.Name);
        writer.Write(",\"datatype\":"u8);
        JsonString.Write(writer, output.Tensor.ElementType.ToString());
        writer.Write(",\"shape\":"u8);
        writer.Write("["u8);
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            writer.Write(axis > 0 ? ","u8 : default);
            writer.Advance(NumberFormatter.Write((long)shape[axis], writer.GetSpan(NumberFormatter.Room)));
        }

        writer.Write("]"u8);
        if (binary)
        {
            writer.Write(",\"parameters\":{\"binary_data_size\":"u8);
            writer.Advance(NumberFormatter.Write(BinaryTensor.Size(output.Tensor), writer.GetSpan(NumberFormatter.Room)));
            writer.Write("}"u8);
        }
        else
        {
            writer.Write(",\"data\":["u8);
        }
    }
}
