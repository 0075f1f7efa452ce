using System.Net.Sockets;
using System.Text;

namespace GradService.Fuzzing.Http;

/// <summary>Sends requests as they are, wrong lengths and all.</summary>
internal sealed class Sender(Uri service) : IDisposable
{
    /// <summary>After which a request counts as hanging.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = service, Timeout = Patience };

    public HttpClient Client => _client;

    public void Dispose() => _client.Dispose();

    public Task<Answer> SendAsync(Case sent) => sent.ClaimedLength is null ? SendWholeAsync(sent) : SendRawAsync(sent);

    private async Task<Answer> SendWholeAsync(Case sent)
    {
        using var request = new HttpRequestMessage(new HttpMethod(sent.Method), sent.Path);
        if (sent.Body is not null)
        {
            request.Content = new ByteArrayContent(sent.Body);
        }

        foreach ((string name, string value) in sent.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using HttpResponseMessage response = await _client.SendAsync(request);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        string? type = response.Content.Headers.TryGetValues("Content-Type", out IEnumerable<string>? types) ? types.First() : null;
        return new Answer((int)response.StatusCode, type, response.Headers.RetryAfter is not null, body);
    }

    // Says one length, sends another, and then no more.
    private async Task<Answer> SendRawAsync(Case sent)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(service.Host, service.Port);
        await using NetworkStream stream = socket.GetStream();
        string head = $"{sent.Method} {sent.Path} HTTP/1.1\r\nHost: {service.Authority}\r\nConnection: close\r\nContent-Length: {sent.ClaimedLength}\r\n{string.Concat(sent.Headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n";
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head));
            await stream.WriteAsync(sent.Body);
            socket.Client.Shutdown(SocketShutdown.Send);
            using var patience = new CancellationTokenSource(Patience);
            using var answer = new MemoryStream();
            await stream.CopyToAsync(answer, patience.Token);
            string[] words = Encoding.Latin1.GetString(answer.ToArray()).Split(' ', 3);
            return new Answer(words.Length > 1 && int.TryParse(words[1], out int status) ? status : 0, null, false, answer.ToArray());
        }
        catch (IOException)
        {
            return new Answer(0, null, false, []);
        }
    }
}
