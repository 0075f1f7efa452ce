using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GradService.Benchmarks.Service;

/// <summary>
/// One connection to a server, which blocks while it waits: that costs the machine less than an asynchronous client, and nothing is
/// allocated for a request.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _begin;
    private int _end;

    public HttpConnection(int port) => Socket.Connect(IPAddress.Loopback, port);

    public Socket Socket { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 120_000 };

    /// <summary>The status of the last answer.</summary>
    public int Status { get; private set; }

    /// <summary>Whether the last answer says when to come again.</summary>
    public bool HasRetryAfter { get; private set; }

    /// <summary>The value of the last answer's <c>Inference-Header-Content-Length</c>; 0 where it has none.</summary>
    public int InferenceHeaderLength { get; private set; }

    /// <summary>Sends a request and reads its answer to the end.</summary>
    /// <param name="request">The whole request.</param>
    /// <param name="body">Receives the body, or null to drop it.</param>
    /// <returns>The bytes of the body.</returns>
    public long Exchange(ReadOnlySpan<byte> request, Stream? body = null)
    {
        Send(request);
        return Receive(body);
    }

    /// <summary>Sends a request.</summary>
    /// <param name="request">The whole request.</param>
    public void Send(ReadOnlySpan<byte> request)
    {
        while (!request.IsEmpty)
        {
            request = request[Socket.Send(request)..];
        }
    }

    /// <summary>Reads an answer to its end.</summary>
    /// <param name="body">Receives the body, or null to drop it.</param>
    /// <returns>The bytes of the body.</returns>
    public long Receive(Stream? body = null)
    {
        int head;
        while ((head = Unread.IndexOf("\r\n\r\n"u8)) < 0)
        {
            ReceiveSome();
        }

        ReadOnlySpan<byte> headers = Unread[..(head + 2)];
        Status = Utf8Parser.TryParse(headers["HTTP/1.1 ".Length..], out int status, out _) ? status : 0;
        InferenceHeaderLength = (int)Value(headers, "\r\ninference-header-content-length:");
        HasRetryAfter = Find(headers, "\r\nretry-after:") >= 0;
        long length = Value(headers, "\r\ncontent-length:");
        bool chunked = Find(headers, "\r\ntransfer-encoding: chunked") >= 0;
        _begin += head + 4;
        return chunked ? ReadChunks(body) : Take(length, body);
    }

    public void Dispose() => Socket.Dispose();

    private ReadOnlySpan<byte> Unread => _buffer.AsSpan(_begin, _end - _begin);

    private long ReadChunks(Stream? body)
    {
        long total = 0;
        while (true)
        {
            int line;
            while ((line = Unread.IndexOf("\r\n"u8)) < 0)
            {
                ReceiveSome();
            }

            if (!Utf8Parser.TryParse(Unread[..line], out long length, out _, 'x'))
            {
                throw new IOException("The length of a chunk was expected.");
            }

            _begin += line + 2;
            total += Take(length, body);
            Take(2, null);
            if (length == 0)
            {
                return total;
            }
        }
    }

    private long Take(long length, Stream? body)
    {
        long left = length;
        while (left > 0)
        {
            if (_begin == _end)
            {
                ReceiveSome();
            }

            int count = (int)Math.Min(left, _end - _begin);
            body?.Write(_buffer, _begin, count);
            _begin += count;
            left -= count;
        }

        return length;
    }

    private void ReceiveSome()
    {
        if (_begin == _end)
        {
            _begin = 0;
            _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            Unread.CopyTo(_buffer);
            _end -= _begin;
            _begin = 0;
        }

        int count = Socket.Receive(_buffer.AsSpan(_end));
        _end += count > 0 ? count : throw new IOException("The server closed the connection.");
    }

    private static long Value(ReadOnlySpan<byte> headers, string name)
    {
        int at = Find(headers, name);
        return at >= 0 && Utf8Parser.TryParse(headers[(at + name.Length)..].TrimStart((byte)' '), out long value, out _) ? value : 0;
    }

    // Names are compared without regard to case; they are all ASCII.
    private static int Find(ReadOnlySpan<byte> headers, string name)
    {
        for (int at = headers.IndexOf((byte)'\r'); at >= 0 && at + name.Length <= headers.Length;)
        {
            if (Ascii.EqualsIgnoreCase(headers.Slice(at, name.Length), name))
            {
                return at;
            }

            int next = headers[(at + 1)..].IndexOf((byte)'\r');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return -1;
    }
}
