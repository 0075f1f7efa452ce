using System.Text.Json.Nodes;
using GradService.InferenceProtocol;
using GradService.Numerics.Tensors;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.InferenceProtocol;

/// <summary>The service with one model more, which answers the tensors it is sent: what it takes to see every datatype go both ways.</summary>
public sealed class EchoService : IDisposable
{
    private readonly WebApplicationFactory<Program> _factory;

    public EchoService()
        : this([])
    {
    }

    internal EchoService((string Name, string Value)[] settings)
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("urls", "http://127.0.0.1:0");
            host.UseSetting("Limits:MaxTensorElements", "100000");
            host.UseSetting("Limits:MaxRequestBytes", "1000000");
            host.UseSetting("InferenceProtocol:ServerName", "echoes");
            host.UseSetting("Onnx:Enabled", "false");
            foreach ((string name, string value) in settings)
            {
                host.UseSetting(name, value);
            }

            host.ConfigureServices(services => services.AddSingleton<InferenceModel>(new EchoModel()));
        });
        _factory.UseKestrel(0);
        _factory.StartServer();
        Client = _factory.CreateClient();
    }

    public HttpClient Client { get; }

    /// <summary>The bytes that requests hold at this moment.</summary>
    public long BytesInFlight => _factory.Services.GetRequiredService<MemoryBudget>().Taken;

    public void Dispose()
    {
        Client.Dispose();
        _factory.Dispose();
    }

    private sealed class EchoModel() : InferenceModel("echo", "1", new ModelStatistics())
    {
        public override string Metadata(IReadOnlyList<string> versions) => new JsonObject { ["name"] = Name }.ToJsonString();

        public override void Admit(string input, ElementType datatype, string path)
        {
        }

        public override RawInput RawInput() => new("raw", ElementType.INT16, [-1]);

        public override ValueTask<InferenceAnswer> RunAsync(InferenceRequest request, TensorScope scope, CancellationToken cancellation)
        {
            if (request.Parameters.Any(parameter => parameter.Name == "wait"))
            {
                cancellation.WaitHandle.WaitOne();
                cancellation.ThrowIfCancellationRequested();
            }

            return ValueTask.FromResult(new InferenceAnswer(request.Inputs));
        }
    }
}
