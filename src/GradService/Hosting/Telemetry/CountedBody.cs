using System.Runtime.CompilerServices;

namespace GradService.Hosting.Telemetry;

/// <summary>A request's body as it is sent, compressed or not, with its bytes counted.</summary>
internal sealed class CountedBody(Stream inner) : Stream
{
    /// <summary>The bytes read.</summary>
    public long Count { get; private set; }

    /// <summary>Whether the caller left before the whole body was sent.</summary>
    public bool IsCutOff { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Puts itself in the place of a request's body.</summary>
    public static CountedBody Of(HttpRequest request)
    {
        var counted = new CountedBody(request.Body);
        request.Body = counted;
        return counted;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> reading = inner.ReadAsync(buffer, cancellationToken);
        if (!reading.IsCompletedSuccessfully)
        {
            return CountAsync(reading);
        }

        int read = reading.Result;
        Count += read;
        return new ValueTask<int>(read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = inner.Read(buffer, offset, count);
        Count += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> CountAsync(ValueTask<int> reading)
    {
        try
        {
            int read = await reading.ConfigureAwait(false);
            Count += read;
            return read;
        }
        catch (IOException exception) when (exception is not BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout })
        {
            IsCutOff = true;
            throw;
        }
    }
}
