using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace GradService.Tests.Admission;

/// <summary>A connection whose every byte is sent by hand, so that a request can stop anywhere.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client;
    private readonly StringBuilder _unread = new();

    public RawConnection(Uri server) => _client = new TcpClient(server.Host, server.Port);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The head of a POST whose body follows, or does not.</summary>
    public static string Head(string path, long length) => string.Create(
        CultureInfo.InvariantCulture,
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");

    public ValueTask SendAsync(string text) => _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), Cancellation);

    /// <summary>Reads until something has come; an empty string where the service has closed the connection.</summary>
    public async Task<string> ReadSomeAsync()
    {
        byte[] buffer = new byte[4096];
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await _client.GetStream().ReadAsync(buffer, Cancellation));
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    /// <summary>Reads until the text has come, and returns all up to its end.</summary>
    public async Task<string> ReadToAsync(string end)
    {
        int at;
        while ((at = _unread.ToString().IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            string some = await ReadSomeAsync();
            Assert.True(some.Length > 0, $"The connection ended after: {_unread}");
            _unread.Append(some);
        }

        string read = _unread.ToString(0, at + end.Length);
        _unread.Remove(0, at + end.Length);
        return read;
    }

    /// <summary>Goes away without a word.</summary>
    public void Vanish()
    {
        _client.Client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public void Dispose() => _client.Dispose();
}
