using System.Net;
using GradService.Onnx.Repository;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GradService.Tests.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public async Task The_service_listens_at_once_and_is_ready_when_its_models_are_loaded()
    {
        using var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            host.ConfigureTestServices(services => services.Remove(services.Single(service =>
                service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name == "Loading")));
        });
        factory.UseKestrel(0);
        factory.StartServer();
        using HttpClient client = factory.CreateClient();
        foreach (string door in (string[])["/health", "/v2/health"])
        {
            Assert.Equal((HttpStatusCode.OK, """{"live":true}"""), await GetAsync(client, $"{door}/live"));
            Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"live":true,"ready":false}"""), await GetAsync(client, $"{door}/ready"));
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"name":"losses.nll","ready":false}"""), await GetAsync(client, "/v2/models/losses.nll/ready"));
        await factory.Services.GetRequiredService<ModelRepository>().StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, """{"live":true,"ready":true}"""), await GetAsync(client, "/health/ready"));
        Assert.Equal((HttpStatusCode.OK, """{"name":"street-scenes","ready":true}"""), await GetAsync(client, "/v2/models/street-scenes/ready"));
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(HttpClient client, string path)
    {
        using HttpResponseMessage answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
