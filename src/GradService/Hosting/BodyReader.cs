using System.IO.Compression;
using GradService.Hosting.Admission;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Hosting;

/// <summary>Reads a request's body into one contiguous piece of the request's memory.</summary>
internal static class BodyReader
{
    private const int FirstGuess = 16 * 1024;

    // What a sender has only announced is not yet worth memory: it gets a piece, then eight times as much as it has filled.
    private const int FirstPiece = 64 * 1024;
    private const int Growth = 8;

    // The elements of an array lie at a multiple of 8 bytes, wherever the array is moved to.
    private const int Alignment = 8;

    /// <summary>Reads the body.</summary>
    /// <param name="context">The request's context.</param>
    /// <param name="scope">What the memory is rented from.</param>
    /// <param name="limits">The most bytes.</param>
    /// <param name="slot">What refuses a body that could not be computed with; null for nothing.</param>
    /// <param name="aligned">A position in the body that is to lie at a multiple of 8 bytes, so that tensors from there on can be used in place.</param>
    /// <exception cref="BodyException">The body is too large, or not compressed as it says.</exception>
    /// <exception cref="MemoryBudgetException">The budget has no room for it.</exception>
    /// <exception cref="ServiceFullException">The processor has no room for it.</exception>
    public static async ValueTask<Memory<byte>> ReadAsync(HttpContext context, TensorScope scope, Limits limits, CpuSlot? slot = null, long aligned = 0)
    {
        HttpRequest request = context.Request;
        long? declared = request.ContentLength;
        if (declared > limits.MaxRequestBytes)
        {
            throw TooLarge(limits, string.Empty);
        }

        RefuseUnlessRoom(declared ?? 0, scope.Budget);
        int start = (int)((Alignment - (aligned % Alignment)) % Alignment);
        long most = declared ?? limits.MaxRequestBytes + 1;
        Memory<byte> buffer = scope.RentBytes(start + Math.Min(most, declared is null ? FirstGuess : FirstPiece));
        int end = start;
        while (end - start < most)
        {
            if (end == buffer.Length)
            {
                slot?.RefuseIfFull(declared ?? end - start + 1);
                buffer = scope.Resize(buffer, start + Next(end - start, declared, most), end);
            }

            int read = await ReadSomeAsync(request.Body, buffer[end..], context.RequestAborted).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            end += read;
        }

        return end - start <= limits.MaxRequestBytes ? buffer[start..end] : throw TooLarge(limits, ", decompressed if it came compressed");
    }

    // Whoever would be refused at the end is told before the body is read.
    private static void RefuseUnlessRoom(long declared, MemoryBudget budget)
    {
        if (declared > FirstPiece && declared > budget.Limit - budget.Taken)
        {
            throw new MemoryBudgetException(declared, budget.Limit);
        }
    }

    private static long Next(long filled, long? declared, long most)
    {
        if (declared is null)
        {
            return Math.Min(2 * filled, most);
        }

        // Down from the whole, so that the last step, which holds old and new memory at once, is a step of the full eightfold.
        long next = most;
        while (next / Growth > filled)
        {
            next /= Growth;
        }

        return next;
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

    private static BodyException TooLarge(Limits limits, string how) => new(
        "$",
        $"The body is larger than {limits.MaxRequestBytes} bytes{how}. Send less at once, or raise Limits:MaxRequestBytes on the service.",
        413);
}
