namespace GradService.Hosting;

/// <summary>
/// <c>GradService --healthcheck</c>: asks the service on this machine whether it is ready and exits 0 or 1. An image without a shell
/// has nothing else to ask with.
/// </summary>
internal static class HealthProbe
{
    public const string Argument = "--healthcheck";

    public static async Task<int> RunAsync(TextWriter output)
    {
        string port = (Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS") ?? "8080").Split(';')[0];
        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
            using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready")).ConfigureAwait(false);
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync().ConfigureAwait(false)).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
