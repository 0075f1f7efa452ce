using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Numerics.Tensors;
using GradService.Onnx.Running;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Exported models under more load than they carry: limits, time, batches and the end of the service.</summary>
public sealed class ModelLoadTests
{
    [Fact]
    public async Task Far_too_many_requests_are_answered_rightly_or_sent_away_and_the_service_is_well_after()
    {
        using var service = new RunningService(("Onnx:Enabled", "true"), ("Onnx:MaxConcurrency", "1"), ("Onnx:QueueLength", "2"));
        byte[] expected = (await service.Client.InferAsync("street-scenes", Header(96, 96), Picture(96, 96))).Good().Bytes("logits");
        (HttpStatusCode Status, bool RetryAfter, byte[] Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using HttpResponseMessage answer = await service.Client.PostAsync("/v2/models/street-scenes/infer", Body(96, 96), Inference.Cancellation);
            return (answer.StatusCode, answer.Headers.RetryAfter is not null, await answer.Content.ReadAsByteArrayAsync(Inference.Cancellation));
        }));
        Assert.All(answers, answer => Assert.Contains(answer.Status, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout]));
        Assert.All(answers.Where(answer => answer.Status == HttpStatusCode.OK), answer => Assert.Equal(expected, answer.Body[^expected.Length..]));
        Assert.All(answers.Where(answer => answer.Status == HttpStatusCode.ServiceUnavailable), answer => Assert.True(answer.RetryAfter));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(expected, (await service.Client.InferAsync("street-scenes", Header(96, 96), Picture(96, 96))).Good().Bytes("logits"));
        Assert.Equal("""{"live":true,"ready":true}""", (await service.Client.GetReplyAsync("/v2/health/ready")).Good().Json.ToJsonString());
        await NothingHeldAsync(service);
    }

    [Fact]
    public async Task A_run_over_its_time_is_stopped_with_504_and_the_next_is_well()
    {
        using var service = new RunningService(("Onnx:Enabled", "true"), ("Onnx:RunTimeoutSeconds", "0.05"), ("Onnx:BreakerFailures", "0"));
        InferenceReply reply = await service.Client.InferAsync("street-scenes", Header(1024, 1024), Picture(1024, 1024));
        Assert.Equal(504, reply.Status);
        Assert.StartsWith("The run took longer than 0.05 seconds and was stopped.", reply.Error, StringComparison.Ordinal);
        (await service.Client.InferAsync("street-scenes", Header(8, 8), Picture(8, 8))).Good();
        await NothingHeldAsync(service);
    }

    [Fact]
    public async Task A_model_that_fails_time_after_time_is_left_alone_for_a_while()
    {
        using var service = new RunningService(("Onnx:Enabled", "true"), ("Onnx:RunTimeoutSeconds", "0.05"), ("Onnx:BreakerFailures", "2"), ("Onnx:BreakSeconds", "60"));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(504, (await service.Client.InferAsync("street-scenes", Header(1024, 1024), Picture(1024, 1024))).Status);
        }

        using HttpResponseMessage answer = await service.Client.PostAsync("/v2/models/street-scenes/infer", Body(8, 8), Inference.Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Contains("is left alone", (await InferenceReply.ReadAsync(answer)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_inputs_is_not_held_against_the_model()
    {
        using var service = new RunningService(("Onnx:Enabled", "true"), ("Onnx:BreakerFailures", "2"), ("Onnx:BreakSeconds", "60"));
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(400, (await service.Client.InferAsync("street-scenes", Header(9, 11), Picture(9, 11))).Status);
        }

        (await service.Client.InferAsync("street-scenes", Header(8, 8), Picture(8, 8))).Good();
    }

    [Fact]
    public async Task Requests_run_together_are_counted_as_one_run()
    {
        using var folder = new ModelFolder();
        folder.Put("m", 1, OnnxFile.Of(new OnnxMap("x", "y", "Neg", TensorDatatype.FP32, "batch", 1)));
        using var service = new RunningService(folder.Settings(("Onnx:BatchWindowMilliseconds", "10000"), ("Onnx:MaxBatchSize", "4")));
        InferenceReply[] replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            service.Client.InferAsync("m", $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[{{i}}]}]}""")));
        Assert.Equal(["-0", "-1", "-2", "-3"], replies.Select(reply => Assert.Single(reply.Good().Elements("y"))));

        // The last byte of an answer may arrive before the request is counted.
        JsonNode stats = await StatsAsync(service);
        for (int i = 0; i < 100 && (int)stats["inference_count"]! < 4; i++)
        {
            await Task.Delay(20, Inference.Cancellation);
            stats = await StatsAsync(service);
        }

        Assert.Equal(4, (int)stats["inference_count"]!);
        Assert.Equal(1, (int)stats["execution_count"]!);
        Assert.Equal(4, (int)stats["inference_stats"]!["compute_infer"]!["count"]!);
        JsonNode row = Assert.Single(stats["batch_stats"]!.AsArray())!;
        Assert.Equal(4, (int)row["batch_size"]!);
        Assert.Equal(1, (int)row["compute_infer"]!["count"]!);
    }

    [Fact]
    public async Task A_run_that_has_begun_ends_before_the_service_does()
    {
        var service = new RunningService(("Onnx:Enabled", "true"), ("shutdownTimeoutSeconds", "300"));
        try
        {
            Task<InferenceReply> running = service.Client.InferAsync("street-scenes", Header(512, 512), Picture(512, 512));
            var budget = service.Services.GetRequiredService<MemoryBudget>();
            while (budget.Taken < 3 * 512 * 512 * sizeof(float) && !running.IsCompleted)
            {
                await Task.Delay(1, Inference.Cancellation);
            }

            Task stopping = service.StopAsync();
            Assert.Equal(12 * 512 * 512 * sizeof(float), (await running).Good().Bytes("logits").Length);
            await stopping;
        }
        finally
        {
            service.Dispose();
        }
    }

    private static async Task<JsonNode> StatsAsync(RunningService service) =>
        (await service.Client.GetReplyAsync("/v2/models/m/stats")).Good().Json["model_stats"]!.AsArray().Single()!;

    // The last byte of an answer may arrive before the request has given its memory back.
    private static async Task NothingHeldAsync(RunningService service)
    {
        var budget = service.Services.GetRequiredService<MemoryBudget>();
        for (int i = 0; i < 100 && budget.Taken > 0; i++)
        {
            await Task.Delay(20, Inference.Cancellation);
        }

        Assert.Equal(0, budget.Taken);
    }

    private static string Header(int height, int width) =>
        $$"""{"inputs":[{"name":"image","datatype":"FP32","shape":[1,3,{{height}},{{width}}],"parameters":{"binary_data_size":{{3 * height * width * sizeof(float)}} } }],"parameters":{"binary_data_output":true} }""";

    private static byte[] Picture(int height, int width) => new byte[3 * height * width * sizeof(float)];

    private static ByteArrayContent Body(int height, int width)
    {
        byte[] header = Encoding.UTF8.GetBytes(Header(height, width));
        var content = new ByteArrayContent([.. header, .. Picture(height, width)]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(Inference.JsonLength, header.Length.ToString(CultureInfo.InvariantCulture));
        return content;
    }
}
