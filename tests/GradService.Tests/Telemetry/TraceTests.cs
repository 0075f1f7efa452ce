using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using GradService.Hosting.Telemetry;
using GradService.Tests.Models;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace GradService.Tests.Telemetry;

/// <summary>Traces as a collector receives them, and metrics beside them.</summary>
public sealed class TraceTests
{
    private const string Caller = "00f067aa0ba902b7";

    [Fact]
    public async Task A_request_is_traced_step_by_step()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var service = new RunningService(receiver.Settings);
        string trace = await SendAsync(service, "/v1/losses/cross-entropy", Json("""{"logits":[[2,0.5,-1]],"labels":[0]}"""));
        Assert.Equal("POST /v1/losses/cross-entropy\n  parse\n  compute\n  write\n", await TreeAsync(service, receiver, trace));
        Assert.All(receiver.Spans.Where(span => span.TraceId == trace), span => Assert.Equal("gradservice", span.Service));
        Assert.Equal(3, receiver.Spans.Count(span => span.TraceId == trace && span.Source == "GradService"));
    }

    [Fact]
    public async Task Every_door_has_the_same_steps_as_far_as_the_request_comes()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var service = new RunningService(receiver.Settings);
        string infer = await SendAsync(service, "/v2/models/losses.nll/infer", Json("""{"inputs":[{"name":"log_probs","datatype":"FP32","shape":[1,2],"data":[-1,-2]},{"name":"labels","datatype":"INT32","shape":[1],"data":[0]}]}"""));
        string check = await SendAsync(service, "/v1/gradcheck/losses/nll", Json("""{"log_probs":[[-1,-2]],"labels":[0]}"""));
        string wrong = await SendAsync(service, "/v1/losses/nll", Json("""{"log_probs":[[-1,-2]],"labels":[7]}"""));
        string broken = await SendAsync(service, "/v1/losses/nll", Json("{"));
        Assert.Equal("POST /v2/models/{model}/infer\n  parse\n  compute\n  write\n", await TreeAsync(service, receiver, infer));
        Assert.Equal("POST /v1/gradcheck/losses/nll\n  parse\n  compute\n  write\n", await TreeAsync(service, receiver, check));
        Assert.Equal("POST /v1/losses/nll\n  parse\n  compute\n", await TreeAsync(service, receiver, wrong));
        Assert.Equal("POST /v1/losses/nll\n  parse\n", await TreeAsync(service, receiver, broken));
    }

    [Fact]
    public async Task A_picture_shows_where_it_waits_and_where_it_runs()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var service = new RunningService([("Onnx:Enabled", "true"), .. receiver.Settings]);
        string trace = await SendAsync(service, $"{StreetScenes.Address}/segment", StreetScenes.Picture(StreetScenes.Read("01.png"), "image/png"));
        Assert.Equal(
            "POST /v1/models/{name}/segment\n  parse\n    decode picture\n  compute\n    queue\n    run\n  write\n",
            await TreeAsync(service, receiver, trace));
    }

    [Fact]
    public async Task Metrics_are_exported_under_the_instruments_names()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var service = new RunningService(receiver.Settings);
        await SendAsync(service, "/v1/losses/nll", Json("""{"log_probs":[[-1,-2]],"labels":[0]}"""));
        Sdk(service).MeterProvider.ForceFlush();
        Assert.Contains("gradservice.requests", receiver.Metrics);
        Assert.Contains("gradservice.in_flight.limit", receiver.Metrics);
        Assert.Contains("dotnet.process.cpu.time", receiver.Metrics);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_traced()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        using var traced = new RunningService(receiver.Settings);
        Assert.True(Sdk(traced).TracerProvider.ForceFlush());
        using var service = new RunningService();
        Assert.Equal("NoopTracerProvider", Sdk(service).TracerProvider.GetType().Name);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "an address that begins with http:// or https://")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "thrift", "grpc or http/protobuf")]
    [InlineData("Logging:Console:FormatterName", "xml", "simple or json or systemd")]
    public void A_wrong_setting_stops_the_start_and_is_named(string name, string value, string allowed)
    {
        (string, string)[] settings = name.EndsWith("PROTOCOL", StringComparison.Ordinal) ? [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"), (name, value)] : [(name, value)];
        Exception exception = Assert.ThrowsAny<Exception>(() => new RunningService(settings));
        Assert.Contains($"Setting {name} is \"{value}\"; expected {allowed}.", exception.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Sends a request as part of a caller's trace, and returns the trace's id.</summary>
    private static async Task<string> SendAsync(RunningService service, string path, HttpContent content)
    {
        string trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("traceparent", $"00-{trace}-{Caller}-01");
        using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            Assert.Contains($"\"traceId\":\"00-{trace}-", text, StringComparison.Ordinal);
        }

        // The span of the request ends after the last byte of its answer.
        await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_requests_in_flight") == 0);
        return trace;
    }

    private static OpenTelemetrySdk Sdk(RunningService service) => service.Services.GetRequiredService<Exports>().Sdk;

    private static async Task<string> TreeAsync(RunningService service, OtlpReceiver receiver, string trace)
    {
        string tree = string.Empty;
        for (int attempt = 0; attempt < 100 && tree.Length == 0; attempt++)
        {
            await Task.Delay(attempt == 0 ? 0 : 50, TestContext.Current.CancellationToken);
            Sdk(service).TracerProvider.ForceFlush();
            tree = receiver.Tree(trace, Caller);
        }

        return tree;
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
