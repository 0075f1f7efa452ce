using System.Text;
using GradService.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

[assembly: AssemblyFixture(typeof(ServiceFixture))]

namespace GradService.Tests;

/// <summary>The service on real Kestrel, on a free port of the loopback, shared by all tests that need no settings of their own.</summary>
public sealed class ServiceFixture : IDisposable
{
    private readonly RunningService _service = new();

    public HttpClient Client => _service.Client;

    public void Dispose() => _service.Dispose();
}

/// <summary>One running service with settings of its own.</summary>
public sealed class RunningService : IDisposable
{
    private readonly WebApplicationFactory<Program> _factory;

    public RunningService(params (string Name, string Value)[] settings)
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            foreach ((string name, string value) in settings)
            {
                host.UseSetting(name, value);
            }
        });
        _factory.UseKestrel(0);
        _factory.StartServer();
        Client = _factory.CreateClient();
    }

    public HttpClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        _factory.Dispose();
    }
}

internal static class Posting
{
    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient client, string path, string json) =>
        client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
}
