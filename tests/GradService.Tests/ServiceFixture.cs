using System.Text;
using GradService.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

[assembly: AssemblyFixture(typeof(ServiceFixture))]

namespace GradService.Tests;

/// <summary>The service on real Kestrel, on a free port of the loopback, with the models that come with it: shared by all tests that need no settings of their own.</summary>
public sealed class ServiceFixture : IDisposable
{
    private readonly RunningService _service = new(("Onnx:Enabled", "true"));

    public HttpClient Client => _service.Client;

    public void Dispose() => _service.Dispose();
}

/// <summary>One running service with settings of its own, ready for requests. Exported models are off unless the settings say otherwise.</summary>
public sealed class RunningService : IDisposable
{
    private readonly WebApplicationFactory<Program> _factory;

    public RunningService(params (string Name, string Value)[] settings)
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            host.UseSetting("Onnx:Enabled", "false");
            foreach ((string name, string value) in settings)
            {
                host.UseSetting(name, value);
            }
        });
        _factory.UseKestrel(0);
        _factory.StartServer();
        Client = _factory.CreateClient();
        Client.WaitUntilReady();
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _factory.Services;

    /// <summary>Stops the service as a signal does: it takes no new requests and ends those that have begun.</summary>
    public Task StopAsync() => Services.GetRequiredService<IHost>().StopAsync(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Client.Dispose();
        _factory.Dispose();
    }
}

internal static class Posting
{
    /// <summary>Waits until the models that a service finds are loaded.</summary>
    public static void WaitUntilReady(this HttpClient client)
    {
        for (int attempt = 0; ; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready");
            using HttpResponseMessage answer = client.Send(request, TestContext.Current.CancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            Assert.True(attempt < 1200, "The service has not become ready within a minute.");
            Thread.Sleep(50);
        }
    }

    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient client, string path, string json) =>
        client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
}
