using GradService.Onnx.Running;
using GradService.Onnx.Tests;
using GradService.Tests.InferenceProtocol;
using GradService.Tests.Models;

namespace GradService.Tests.Telemetry;

/// <summary>What runs of exported models are counted as.</summary>
public sealed class ModelMetricsTests
{
    private const string Failures = "gradservice_model_failures_total";
    private const string Breaker = "gradservice_model_breaker_state";

    [Fact]
    public async Task A_model_that_fails_is_a_backend_failure_until_its_circuit_opens()
    {
        using var folder = new ModelFolder();
        folder.Put("fickle", 1, ModelFiles.TwoRows());
        using var service = new RunningService(folder.Settings(("Onnx:BreakerFailures", "2"), ("Onnx:BreakSeconds", "60")));
        Scrape scrape = await Scrape.OfAsync(service.Client);
        Assert.Equal(1, scrape.Sum(Breaker, ("model", "fickle"), ("version", "1"), ("state", "closed")));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(503, (await RunAsync(service, "fickle", "[1]", "[1]")).Status);
        }

        scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_requests_total") == 3);
        Assert.Equal(2, scrape.Sum(Failures, ("model", "fickle"), ("version", "1"), ("reason", "BACKEND")));
        Assert.Equal(1, scrape.Sum(Failures, ("model", "fickle"), ("version", "1"), ("reason", "REJECTED")));
        Assert.Equal(2, scrape.Sum("gradservice_request_failures_total", ("door", "inference_protocol"), ("operation", "models/infer"), ("reason", "BACKEND")));
        Assert.Equal(1, scrape.Sum("gradservice_request_failures_total", ("operation", "models/infer"), ("reason", "REJECTED")));
        Assert.Equal(2, scrape.Sum("gradservice_model_run_duration_seconds_count", ("model", "fickle")));
        Assert.Equal(1, scrape.Sum(Breaker, ("state", "open")));
        Assert.Equal(0, scrape.Sum(Breaker, ("state", "closed")));
        Assert.Equal(0, scrape.Sum(Breaker, ("state", "half_open")));
    }

    [Fact]
    public async Task A_circuit_whose_time_is_over_is_half_open_until_the_next_run()
    {
        using var folder = new ModelFolder();
        folder.Put("fickle", 1, ModelFiles.TwoRows());
        using var service = new RunningService(folder.Settings(("Onnx:BreakerFailures", "2"), ("Onnx:BreakSeconds", "0.5")));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(503, (await RunAsync(service, "fickle", "[1]", "[1]")).Status);
        }

        await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Breaker, ("state", "half_open")) == 1);
        Assert.Equal(200, (await RunAsync(service, "fickle", "[2]", "[1,2]")).Status);
        await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Breaker, ("state", "closed")) == 1);
    }

    [Fact]
    public async Task Runs_wait_in_a_queue_are_refused_when_it_is_full_and_canceled_after_their_time()
    {
        using var folder = new ModelFolder();
        folder.Put("slow", 1, ModelFiles.Slow());
        using var service = new RunningService(folder.Settings(("Onnx:MaxConcurrency", "1"), ("Onnx:QueueLength", "2"), ("Onnx:RunTimeoutSeconds", "2"), ("Onnx:BreakerFailures", "0")));
        Task<InferenceReply>[] runs = [.. Enumerable.Range(0, 3).Select(_ => service.Client.InferAsync("slow", """{"inputs":[{"name":"n","datatype":"INT64","shape":[],"data":[9000000000000]}]}"""))];
        await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_model_queue_length", ("model", "slow"), ("version", "1")) == 2);
        Assert.Equal(503, (await service.Client.InferAsync("slow", """{"inputs":[{"name":"n","datatype":"INT64","shape":[],"data":[1]}]}""")).Status);
        Assert.All(await Task.WhenAll(runs), reply => Assert.Equal(504, reply.Status));
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Failures) == 4);
        Assert.Equal(1, scrape.Sum(Failures, ("reason", "REJECTED")));
        Assert.Equal(3, scrape.Sum(Failures, ("reason", "CANCELED")));
        Assert.Equal(3, scrape.Sum("gradservice_model_queue_duration_seconds_count", ("model", "slow")));
        Assert.True(scrape.Sum("gradservice_model_queue_duration_seconds_sum") > 2);
        Assert.Equal(0, scrape.Sum("gradservice_model_queue_length"));
    }

    [Fact]
    public async Task Requests_that_ran_together_are_one_batch()
    {
        using var folder = new ModelFolder();
        folder.Put("m", 1, OnnxFile.Of(new OnnxMap("x", "y", "Neg", TensorDatatype.FP32, "batch", 1)));
        using var service = new RunningService(folder.Settings(("Onnx:BatchWindowMilliseconds", "10000"), ("Onnx:MaxBatchSize", "4")));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RunAsync(service, "m", "[1,1]", $"[{i}]")));
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_requests_total") == 4);
        Assert.Equal(1, scrape.Sum("gradservice_model_batch_size_count", ("model", "m"), ("version", "1")));
        Assert.Equal(4, scrape.Sum("gradservice_model_batch_size_sum", ("model", "m"), ("version", "1")));
        Assert.Equal(1, scrape.Sum("gradservice_model_run_duration_seconds_count"));
    }

    [Fact]
    public async Task Versions_are_counted_as_they_are_loaded_refused_and_taken_away()
    {
        using var folder = new ModelFolder();
        folder.Put("good", 1, ModelFiles.Add(1));
        folder.Put("bad", 1, [1, 2, 3]);
        using var service = new RunningService(folder.Settings());
        Scrape scrape = await Scrape.OfAsync(service.Client);
        Assert.Equal(1, scrape.Sum("gradservice_model_ready", ("model", "good"), ("version", "1")));
        Assert.True(scrape.Has("gradservice_model_ready", ("model", "bad"), ("version", "1")));
        Assert.Equal(0, scrape.Sum("gradservice_model_ready", ("model", "bad"), ("version", "1")));
        Assert.Equal(1, scrape.Sum("gradservice_model_loads_total", ("model", "good"), ("outcome", "loaded")));
        Assert.Equal(1, scrape.Sum("gradservice_model_loads_total", ("model", "bad"), ("outcome", "failed")));
        folder.Remove("good", 1);
        scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_model_loads_total", ("model", "good"), ("outcome", "unloaded")) == 1);
        Assert.False(scrape.Has("gradservice_model_ready", ("model", "good")));
    }

    [Fact]
    public async Task Pictures_are_counted_as_segment_and_evaluate()
    {
        using var service = new RunningService(("Onnx:Enabled", "true"));
        using HttpResponseMessage mask = await StreetScenes.SendAsync(service.Client, $"{StreetScenes.Address}/segment", StreetScenes.Picture(StreetScenes.Read("01.png"), "image/png"));
        byte[] png = await mask.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        await service.Client.JsonAsync($"{StreetScenes.Address}/evaluate", StreetScenes.Form("01.png", "01.labels.png"));
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_requests_total") == 2);
        Assert.Equal(1, scrape.Sum("gradservice_requests_total", ("door", "rest"), ("operation", "models/segment"), ("status", "200")));
        Assert.Equal(1, scrape.Sum("gradservice_requests_total", ("door", "rest"), ("operation", "models/evaluate"), ("status", "200")));
        Assert.Equal(png.Length, scrape.Sum("gradservice_response_body_bytes_total", ("operation", "models/segment")));
        Assert.Equal(3 * 160 * 120, scrape.Sum("gradservice_request_elements_total", ("operation", "models/segment")));
        Assert.Equal(160 * 120, scrape.Sum("gradservice_response_elements_total", ("operation", "models/segment")));
        Assert.Equal(1, scrape.Sum("gradservice_compute_duration_seconds_count", ("operation", "models/evaluate")));
        Assert.Equal(2, scrape.Sum("gradservice_model_run_duration_seconds_count", ("model", "street-scenes"), ("version", "1")));
    }

    private static Task<InferenceReply> RunAsync(RunningService service, string model, string shape, string data) =>
        service.Client.InferAsync(model, $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":{{shape}},"data":{{data}}}]}""");
}
