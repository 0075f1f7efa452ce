using GradService.Hosting.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GradService.Tests.Access;

public sealed class ExposureTests
{
    private static readonly IConfiguration NoKeys = new ConfigurationBuilder().Build();

    [Theory]
    [InlineData("http://localhost:8080", false)]
    [InlineData("http://127.0.0.1:8080", false)]
    [InlineData("https://[::1]:8080", false)]
    [InlineData("http://unix:/tmp/service.sock", false)]
    [InlineData("http://0.0.0.0:8080", true)]
    [InlineData("http://[::]:8080", true)]
    [InlineData("http://+:8080", true)]
    [InlineData("http://10.1.2.3:8080", true)]
    public async Task Who_listens_to_others_without_keys_refuses_them_the_control_of_models_alone(string address, bool isExposed)
    {
        var exposure = new Exposure(new Listening(address));
        Assert.Equal(isExposed ? [address] : [], exposure.Addresses);
        Assert.Equal(isExposed ? 403 : 200, await AskAsync(exposure, Scopes.ModelsAdmin));
        Assert.Equal(200, await AskAsync(exposure, Scopes.Compute));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", true)]
    [InlineData("http://127.0.0.1:0", false)]
    public async Task It_is_warned_of_loudly_once_the_service_listens(string address, bool warns)
    {
        var log = new List<string>();
        await using WebApplication service = Make(address, log);
        await service.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(warns, log.Exists(line => line.StartsWith("ANYBODY WHO REACHES http://0.0.0.0:", StringComparison.Ordinal)));
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    private static WebApplication Make(string address, List<string> log)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", address);
        builder.Logging.ClearProviders().AddProvider(new Kept(log));
        builder.AddAccess();
        WebApplication service = builder.Build();
        service.UseAccess();
        return service;
    }

    private static async Task<int> AskAsync(Exposure exposure, Scopes scope)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().BuildServiceProvider() };
        context.Request.Path = "/v2/repository/models/a/load";
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(Needs.Of(scope)), null));
        await new AccessCheck(_ => Task.CompletedTask, new ApiKeys(NoKeys), new Tokens(NoKeys), exposure, NullLogger<AccessCheck>.Instance).InvokeAsync(context);
        return context.Response.StatusCode;
    }

    private sealed class Listening(string address) : IServer
    {
        public IFeatureCollection Features { get; } = With(address);

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }

        private static FeatureCollection With(string address)
        {
            var addresses = new ServerAddressesFeature();
            addresses.Addresses.Add(address);
            var features = new FeatureCollection();
            features.Set<IServerAddressesFeature>(addresses);
            return features;
        }
    }

    private sealed class Kept(List<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
