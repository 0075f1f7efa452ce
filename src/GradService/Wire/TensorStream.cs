using System.Buffers;
using System.IO.Pipelines;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Writes a tensor as JSON to a pipe that sends it as it grows, so that a long answer is never held whole.</summary>
internal static class TensorStream
{
    private const int Unsent = 64 * 1024;

    // So many elements are written between two looks at the pipe.
    private const int Piece = 4096;

    /// <summary>Writes a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="format">Its form.</param>
    /// <param name="output">The pipe; what it holds at the end may be unsent.</param>
    /// <param name="cancellation">Of the sending.</param>
    public static async ValueTask WriteAsync(Tensor tensor, TensorFormat format, PipeWriter output, CancellationToken cancellation)
    {
        if (tensor.Length <= Piece || tensor is BytesTensor)
        {
            TensorWriter.Write(tensor, format, output);
            await SendAsync(output, cancellation).ConfigureAwait(false);
        }
        else if (format == TensorFormat.Nested)
        {
            await NestedAsync(tensor, output, cancellation).ConfigureAwait(false);
        }
        else if (format == TensorFormat.Flat)
        {
            TensorWriter.WriteFlatHead(tensor, output);
            await RowAsync(tensor, output, cancellation).ConfigureAwait(false);
            output.Write("}"u8);
        }
        else
        {
            await Base64Async(tensor, output, cancellation).ConfigureAwait(false);
        }
    }

    private static async ValueTask NestedAsync(Tensor tensor, PipeWriter output, CancellationToken cancellation)
    {
        if (tensor.Length <= Piece)
        {
            TensorWriter.Write(tensor, TensorFormat.Nested, output);
            await SendAsync(output, cancellation).ConfigureAwait(false);
            return;
        }

        if (tensor.Shape.Rank == 1)
        {
            await RowAsync(tensor, output, cancellation).ConfigureAwait(false);
            return;
        }

        Shape inner = tensor.Shape.Without(0);
        int slices = Math.Max(1, Piece / inner.Length);
        for (int i = 0; i < tensor.Shape[0]; i += slices)
        {
            int count = Math.Min(slices, tensor.Shape[0] - i);
            output.Write(i == 0 ? "["u8 : ","u8);
            if (count == 1)
            {
                await NestedAsync(tensor.Part(inner, i * inner.Length), output, cancellation).ConfigureAwait(false);
                continue;
            }

            TensorWriter.WriteItems(tensor.Part(new Shape([count, .. inner.Lengths]), i * inner.Length), output);
            await SendAsync(output, cancellation).ConfigureAwait(false);
        }

        output.Write("]"u8);
    }

    private static async ValueTask RowAsync(Tensor tensor, PipeWriter output, CancellationToken cancellation)
    {
        output.Write("["u8);
        for (int at = 0; at < tensor.Length;)
        {
            at = FlatJson.WriteSome(tensor, at, output);
            await SendAsync(output, cancellation).ConfigureAwait(false);
        }

        output.Write("]"u8);
    }

    private static async ValueTask Base64Async(Tensor tensor, PipeWriter output, CancellationToken cancellation)
    {
        const int BytesPerPiece = Unsent / 4 * 3;
        TensorWriter.WriteBase64Head(tensor, output);
        for (int at = 0; at < tensor.Bytes.Length; at += BytesPerPiece)
        {
            TensorWriter.WriteBase64(tensor.Bytes.Span.Slice(at, Math.Min(BytesPerPiece, tensor.Bytes.Length - at)), output);
            await SendAsync(output, cancellation).ConfigureAwait(false);
        }

        output.Write("\"}"u8);
    }

    private static async ValueTask SendAsync(PipeWriter output, CancellationToken cancellation)
    {
        if (output.UnflushedBytes >= Unsent)
        {
            await output.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }
}
