using System.IO.Compression;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Hosting;

/// <summary>Reads a request's body into one contiguous piece of the request's memory.</summary>
internal static class BodyReader
{
    private const int FirstGuess = 16 * 1024;

    // The elements of an array lie at a multiple of 8 bytes, wherever the array is moved to.
    private const int Alignment = 8;

    /// <summary>Reads the body.</summary>
    /// <param name="context">The request's context.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="limits">The most bytes.</param>
    /// <param name="aligned">A position in the body that is to lie at a multiple of 8 bytes, so that tensors from there on can be used in place.</param>
    /// <exception cref="BodyException">The body is too large, or not compressed as it says.</exception>
    public static async ValueTask<Memory<byte>> ReadAsync(HttpContext context, TensorScope scope, Limits limits, long aligned = 0)
    {
        HttpRequest request = context.Request;
        long? declared = request.ContentLength;
        if (declared > limits.MaxRequestBytes)
        {
            throw TooLarge(limits);
        }

        int start = (int)((Alignment - (aligned % Alignment)) % Alignment);
        Memory<byte> buffer = scope.RentBytes(start + (declared ?? Math.Min(FirstGuess, limits.MaxRequestBytes + 1)));
        int end = start;
        while (declared is null || end - start < declared)
        {
            if (end == buffer.Length)
            {
                buffer = Grow(buffer, start, scope, limits);
            }

            int read = await ReadSomeAsync(request.Body, buffer[end..], context.RequestAborted).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            end += read;
        }

        return buffer[start..end];
    }

    private static Memory<byte> Grow(Memory<byte> buffer, int start, TensorScope scope, Limits limits)
    {
        if (buffer.Length - start > limits.MaxRequestBytes)
        {
            throw TooLarge(limits);
        }

        return scope.Resize(buffer, Math.Min(buffer.Length * 2L, start + limits.MaxRequestBytes + 1), buffer.Length);
    }

    private static async ValueTask<int> ReadSomeAsync(Stream body, Memory<byte> into, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(into, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException || exception.GetType().Namespace == typeof(ZLibStream).Namespace)
        {
            // Thrown by the decompressing streams: Brotli's throws InvalidOperationException, and zlib's a type that is not public.
            throw new BodyException("$", "The body cannot be decompressed: it was cut off, or is not what its Content-Encoding says.", 400);
        }
    }

    private static BodyException TooLarge(Limits limits) => new(
        "$",
        $"The body is larger than {limits.MaxRequestBytes} bytes. Send less at once, or raise Limits:MaxRequestBytes on the service.",
        413);
}
