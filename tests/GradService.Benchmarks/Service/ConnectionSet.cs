using System.Diagnostics;
using System.Net.Sockets;

namespace GradService.Benchmarks.Service;

/// <summary>
/// Connections that one thread serves, each with one request under way at most. It takes the server far less of the machine than a thread
/// for each does. Requests must be small enough for a socket to take without waiting.
/// </summary>
internal sealed class ConnectionSet : IDisposable
{
    private readonly int _port;
    private readonly Stack<HttpConnection?> _idle;
    private readonly Dictionary<Socket, (HttpConnection Connection, long Since)> _busy = [];
    private readonly List<Socket> _ready = [];

    /// <param name="port">The server's, on the loopback.</param>
    /// <param name="count">The most connections; each is opened when it is first needed.</param>
    public ConnectionSet(int port, int count) => (_port, _idle) = (port, new Stack<HttpConnection?>(new HttpConnection?[count]));

    /// <summary>Whether another request can be sent now.</summary>
    public bool HasIdle => _idle.Count > 0;

    /// <summary>The requests under way.</summary>
    public int Busy => _busy.Count;

    /// <summary>Connections that broke.</summary>
    public int Lost { get; private set; }

    /// <summary>Sends a request on an idle connection.</summary>
    public void Send(byte[] request)
    {
        HttpConnection? connection = _idle.Pop();
        try
        {
            connection ??= new HttpConnection(_port);
            long since = Stopwatch.GetTimestamp();
            connection.Send(request);
            _busy.Add(connection.Socket, (connection, since));
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            Lose(connection);
        }
    }

    /// <summary>Waits until a request is answered and receives all answers that are there.</summary>
    /// <param name="wait">The longest to wait.</param>
    /// <param name="answered">Is told of the connection and the seconds that its answer took.</param>
    public void Receive(TimeSpan wait, Action<HttpConnection, double> answered)
    {
        if (_busy.Count == 0)
        {
            Thread.Sleep(wait);
            return;
        }

        _ready.Clear();
        _ready.AddRange(_busy.Keys);
        Socket.Select(_ready, null, null, wait);
        foreach (Socket socket in _ready)
        {
            _busy.Remove(socket, out (HttpConnection Connection, long Since) pending);
            try
            {
                pending.Connection.Receive();
                answered(pending.Connection, Stopwatch.GetElapsedTime(pending.Since).TotalSeconds);
                _idle.Push(pending.Connection);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                Lose(pending.Connection);
            }
        }
    }

    public void Dispose()
    {
        foreach (HttpConnection? connection in _busy.Values.Select(pending => pending.Connection).Concat(_idle))
        {
            connection?.Dispose();
        }
    }

    private void Lose(HttpConnection? connection)
    {
        Lost++;
        connection?.Dispose();
        _idle.Push(null);
    }
}
