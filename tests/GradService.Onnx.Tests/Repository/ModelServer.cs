using System.Net;
using System.Net.Sockets;

namespace GradService.Onnx.Tests.Repository;

/// <summary>A web server on this machine that answers each request as it is told, the last way again and again.</summary>
internal sealed class ModelServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private int _requests;

    public ModelServer(params Func<HttpListenerContext, int, Task>[] answers)
    {
        int port = FreePort();
        Address = new Uri($"http://127.0.0.1:{port}/model.onnx");
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _ = ServeAsync(answers);
    }

    public Uri Address { get; }

    public int Requests => Volatile.Read(ref _requests);

    public void Dispose() => ((IDisposable)_listener).Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task ServeAsync(Func<HttpListenerContext, int, Task>[] answers)
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                int request = Interlocked.Increment(ref _requests) - 1;
                await answers[Math.Min(request, answers.Length - 1)](context, request);
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
        }
    }
}
