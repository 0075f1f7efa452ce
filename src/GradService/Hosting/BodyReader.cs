using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Hosting;

/// <summary>Reads a request's body into one contiguous piece of the request's memory.</summary>
internal static class BodyReader
{
    private const int FirstGuess = 16 * 1024;

    public static async ValueTask<Memory<byte>> ReadAsync(HttpContext context, TensorScope scope, Limits limits)
    {
        HttpRequest request = context.Request;
        long? declared = request.ContentLength;
        if (declared > limits.MaxRequestBytes)
        {
            throw TooLarge(limits);
        }

        Memory<byte> buffer = scope.RentBytes(declared ?? Math.Min(FirstGuess, limits.MaxRequestBytes + 1));
        int length = 0;
        while (declared is null || length < declared)
        {
            if (length == buffer.Length)
            {
                buffer = Grow(buffer, scope, limits);
            }

            int read = await ReadSomeAsync(request.Body, buffer[length..], context.RequestAborted).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return buffer[..length];
    }

    private static Memory<byte> Grow(Memory<byte> buffer, TensorScope scope, Limits limits)
    {
        if (buffer.Length > limits.MaxRequestBytes)
        {
            throw TooLarge(limits);
        }

        return scope.Resize(buffer, Math.Min(buffer.Length * 2L, limits.MaxRequestBytes + 1), buffer.Length);
    }

    private static async ValueTask<int> ReadSomeAsync(Stream body, Memory<byte> into, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(into, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            // Thrown by the decompressing streams (Brotli's throws InvalidOperationException).
            throw new BodyException("$", "The body cannot be decompressed: it was cut off, or is not what its Content-Encoding says.", 400);
        }
    }

    private static BodyException TooLarge(Limits limits) => new(
        "$",
        $"The body is larger than {limits.MaxRequestBytes} bytes. Send less at once, or raise Limits:MaxRequestBytes on the service.",
        413);
}
