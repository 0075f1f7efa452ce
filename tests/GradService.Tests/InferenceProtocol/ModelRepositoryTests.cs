using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Onnx.Running;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Models that come, change, break and go while the service runs.</summary>
public sealed class ModelRepositoryTests : IDisposable
{
    private static readonly byte[] Same = OnnxFile.Of(new OnnxMap("x", "y", "Identity", TensorDatatype.FP32, "n"));
    private static readonly byte[] Negated = OnnxFile.Of(new OnnxMap("x", "y", "Neg", TensorDatatype.FP32, "n"));

    private readonly ModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_newer_version_takes_over_and_the_older_can_still_be_pinned()
    {
        _folder.Put("m", 1, Same);
        using RunningService service = Start();
        Assert.Equal(["2"], (await Infer(service, "m")).Good().Elements("y"));
        _folder.Put("m", 3, Negated);
        await Until(service, "m", "3", "READY");
        InferenceReply newest = (await Infer(service, "m")).Good();
        Assert.Equal("3", (string?)newest.Json["model_version"]);
        Assert.Equal(["-2"], newest.Elements("y"));
        Assert.Equal(["2"], (await Infer(service, "m/versions/1")).Good().Elements("y"));
        Assert.Equal(["-2"], (await Infer(service, "m/versions/3")).Good().Elements("y"));
        Assert.Equal("""["3","1"]""", (await service.Client.GetReplyAsync("/v2/models/m")).Good().Json["versions"]!.ToJsonString());
        InferenceReply unknown = await Infer(service, "m/versions/2");
        Assert.Equal(404, unknown.Status);
        Assert.Equal("Request for unknown model: 'm' version '2' is not found. It has versions 3, 1.", unknown.Error);

        // The last byte of an answer may arrive before the request is counted.
        JsonArray stats = await StatsAsync(service);
        for (int i = 0; i < 100 && stats.Sum(row => (int)row!["inference_count"]!) < 4; i++)
        {
            await Task.Delay(20, Inference.Cancellation);
            stats = await StatsAsync(service);
        }

        Assert.Equal([("3", 2), ("1", 2)], stats.Select(row => ((string)row!["version"]!, (int)row["inference_count"]!)));
        _folder.Remove("m", 3);
        await Until(service, "m", "3", null);
        Assert.Equal(["2"], (await Infer(service, "m")).Good().Elements("y"));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_told_of_and_keeps_nobody_from_the_rest()
    {
        _folder.Put("good", 1, Same);
        _folder.Put("broken", 7, [1, 2, 3]);
        using RunningService service = Start();
        JsonNode row = (await Index(service)).Single(row => (string)row["name"]! == "broken");
        Assert.Equal("7", (string?)row["version"]);
        Assert.Equal("UNAVAILABLE", (string?)row["state"]);
        Assert.NotEmpty((string)row["reason"]!);
        Assert.Equal("""{"live":true,"ready":true}""", (await service.Client.GetReplyAsync("/v2/health/ready")).Good().Json.ToJsonString());
        InferenceReply ready = await service.Client.GetReplyAsync("/v2/models/broken/ready");
        Assert.Equal(503, ready.Status);
        Assert.Equal("""{"name":"broken","ready":false}""", ready.Json.ToJsonString());
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await service.Client.PostAsync("/v2/models/broken/infer", content, Inference.Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.StartsWith("Model 'broken' is not ready. Version 7 is UNAVAILABLE: ", (await InferenceReply.ReadAsync(response)).Error, StringComparison.Ordinal);
        Assert.Equal(503, (await service.Client.GetReplyAsync("/v2/models/broken")).Status);
        string[] listed = [.. (await service.Client.GetReplyAsync("/v2/models")).Good().Json["models"]!.AsArray().Select(name => (string)name!)];
        Assert.Contains("good", listed);
        Assert.DoesNotContain("broken", listed);
        Assert.DoesNotContain(await Index(service, """{"ready":true}"""), row => (string)row["name"]! == "broken");
        Assert.Equal(["2"], (await Infer(service, "good")).Good().Elements("y"));
    }

    [Fact]
    public async Task Models_are_unloaded_and_loaded_by_request_where_that_is_allowed()
    {
        _folder.Put("m", 1, Same);
        using RunningService service = Start(("Onnx:AllowModelControl", "true"), ("Onnx:PollSeconds", "0"));
        Assert.Equal("{}", (await Control(service, "m", "unload", """{"parameters":{"unload_dependents":true}}""")).Good().Json.ToJsonString());
        JsonNode row = (await Index(service)).Single(row => (string)row["name"]! == "m");
        Assert.Equal("UNAVAILABLE", (string?)row["state"]);
        Assert.NotEmpty((string)row["reason"]!);
        Assert.Equal(503, (await Infer(service, "m")).Status);
        Assert.Equal(503, (await service.Client.GetReplyAsync("/v2/models/m/ready")).Status);
        Assert.Equal("{}", (await Control(service, "m", "load", string.Empty)).Good().Json.ToJsonString());
        Assert.Equal(["2"], (await Infer(service, "m")).Good().Elements("y"));

        _folder.Put("m", 1, Negated);
        _folder.Put("added", 1, Same);
        (await Control(service, "m", "load", "{}")).Good();
        Assert.Equal(["-2"], (await Infer(service, "m")).Good().Elements("y"));
        (await Control(service, "added", "load", """{"parameters":{}}""")).Good();
        Assert.Equal(["2"], (await Infer(service, "added")).Good().Elements("y"));
    }

    [Theory]
    [InlineData("losses.nll", "load", "", 400, "'losses.nll' is an operation: it cannot be loaded or unloaded; the service's operations are loaded at all times.")]
    [InlineData("losses.nll", "unload", "", 400, "'losses.nll' is an operation: it cannot be loaded or unloaded; the service's operations are loaded at all times.")]
    [InlineData("nothing", "load", "", 404, "Request for unknown model: 'nothing' is not found. GET /v2/models lists what there is.")]
    [InlineData("nothing", "unload", "{}", 404, "Request for unknown model: 'nothing' is not found. GET /v2/models lists what there is.")]
    [InlineData("..", "load", "{}", 404, null)]
    [InlineData("%2e%2e%2fm", "load", "{}", 404, "Request for unknown model: ")]
    [InlineData("m%5C..", "load", "{}", 404, "Request for unknown model: ")]
    [InlineData("m", "load", """{"parameters":{"config":"{}"}}""", 400, "parameters.config: A model is loaded as it lies in the repository; 'config' cannot override that. Change its folder and load it again.")]
    [InlineData("m", "load", """{"parameters":{"file:1/model.onnx":"AAAA"}}""", 400, "parameters.file:1/model.onnx: A model is loaded as it lies in the repository")]
    [InlineData("m", "load", """{"parameters":1}""", 400, "parameters: ")]
    [InlineData("m", "load", "[]", 400, "")]
    [InlineData("m", "unload", "{", 400, "")]
    [InlineData("broken", "load", "", 400, "failed to load 'broken': ")]
    public async Task A_wrong_request_to_load_or_unload_is_refused(string model, string what, string body, int status, string? error)
    {
        _folder.Put("m", 1, Same);
        _folder.Put("broken", 1, [1, 2, 3]);
        using RunningService service = Start(("Onnx:AllowModelControl", "true"));
        InferenceReply reply = await Control(service, model, what, body);
        Assert.Equal(status, reply.Status);
        Assert.StartsWith(error ?? string.Empty, reply.Error, StringComparison.Ordinal);
        Assert.Equal(["2"], (await Infer(service, "m")).Good().Elements("y"));
    }

    [Theory]
    [InlineData("m", "explicit model load / unload is not allowed: model control is off. 'm' cannot be loaded or unloaded; set Onnx:AllowModelControl on the service to allow it. A folder that changes is loaded without being told.")]
    [InlineData("losses.nll", "explicit model load / unload is not allowed: model control is off. 'losses.nll' cannot be loaded or unloaded; the service's operations are loaded at all times.")]
    public async Task Models_are_not_loaded_or_unloaded_by_request_unless_that_is_allowed(string model, string error)
    {
        _folder.Put("m", 1, Same);
        using RunningService service = Start();
        foreach (string what in (string[])["load", "unload"])
        {
            InferenceReply reply = await Control(service, model, what, "{}");
            Assert.Equal(501, reply.Status);
            Assert.Equal(error, reply.Error);
        }
    }

    [Fact]
    public async Task A_folder_with_an_operations_name_does_not_take_its_place()
    {
        _folder.Put("losses.nll", 1, Same);
        using RunningService service = Start();
        JsonNode[] rows = [.. (await Index(service)).Where(row => (string)row["name"]! == "losses.nll")];
        Assert.Equal(["READY", "UNAVAILABLE"], rows.Select(row => (string)row["state"]!));
        Assert.Equal("gradservice_operation", (string?)(await service.Client.GetReplyAsync("/v2/models/losses.nll")).Good().Json["platform"]);
    }

    [Fact]
    public async Task A_version_is_replaced_and_then_broken_under_load_without_a_failed_request()
    {
        _folder.Put("m", 1, Same);
        using RunningService service = Start(("Onnx:QueueLength", "1000"));
        using var stop = new CancellationTokenSource();
        Task<int>[] callers = [.. Enumerable.Range(0, 4).Select(_ => CallUntil(service, stop.Token))];
        await Task.Delay(200, Inference.Cancellation);
        _folder.Put("m", 1, Negated);
        await Until(service, "m", "1", "READY", answer: "-2");
        _folder.Put("m", 1, [1, 2, 3]);
        await Until(service, "m", "1", "READY", withReason: true);
        Assert.Equal(["-2"], (await Infer(service, "m")).Good().Elements("y"));
        _folder.Put("m", 2, Same);
        await Until(service, "m", "2", "READY");
        await stop.CancelAsync();
        int[] answered = await Task.WhenAll(callers);
        Assert.All(answered, count => Assert.True(count > 0));
        Assert.Equal("2", (string?)(await Infer(service, "m")).Good().Json["model_version"]);
    }

    [Fact]
    public async Task Exported_models_are_off_when_the_setting_says_so()
    {
        _folder.Put("m", 1, Same);
        using RunningService service = Start(("Onnx:Enabled", "false"), ("Onnx:AllowModelControl", "true"));
        InferenceReply reply = await service.Client.GetReplyAsync("/v2/models/m");
        Assert.Equal(404, reply.Status);
        Assert.Equal("Request for unknown model: 'm' is not found. GET /v2/models lists what there is. Exported models are not served: the setting Onnx:Enabled is false.", reply.Error);
        Assert.Equal(404, (await Control(service, "m", "load", "{}")).Status);
        Assert.DoesNotContain(await Index(service), row => (string)row["name"]! == "m");
    }

    private static async Task<JsonArray> StatsAsync(RunningService service) =>
        (await service.Client.GetReplyAsync("/v2/models/m/stats")).Good().Json["model_stats"]!.AsArray();

    private static async Task<int> CallUntil(RunningService service, CancellationToken stop)
    {
        int count = 0;
        for (; !stop.IsCancellationRequested; count++)
        {
            string answer = Assert.Single((await Infer(service, "m")).Good().Elements("y"));
            Assert.True(answer is "2" or "-2", answer);
        }

        return count;
    }

    private static Task<InferenceReply> Infer(RunningService service, string model) =>
        service.Client.InferAsync(model, """{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[2]}]}""");

    private static async Task<InferenceReply> Control(RunningService service, string model, string what, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await service.Client.PostAsync($"/v2/repository/models/{model}/{what}", content, Inference.Cancellation);
        return await InferenceReply.ReadAsync(response);
    }

    private static async Task<IReadOnlyList<JsonNode>> Index(RunningService service, string body = "{}")
    {
        using HttpResponseMessage response = await service.Client.PostJsonAsync("/v2/repository/index", body);
        return [.. (await InferenceReply.ReadAsync(response)).Good().Json.AsArray().Select(row => row!)];
    }

    // Until a version is in a state (null: is gone), with a reason or with an answer where that is what is waited for.
    private static async Task Until(RunningService service, string model, string version, string? state, bool withReason = false, string? answer = null)
    {
        for (int attempt = 0; attempt < 600; attempt++)
        {
            JsonNode? row = (await Index(service)).SingleOrDefault(row => (string)row["name"]! == model && (string)row["version"]! == version);
            if ((string?)row?["state"] == state
                && (!withReason || (string)row!["reason"]! != string.Empty)
                && (answer is null || (await Infer(service, model)).Good().Elements("y")[0] == answer))
            {
                return;
            }

            await Task.Delay(50, Inference.Cancellation);
        }

        Assert.Fail($"{model} version {version} has not come to {state ?? "its end"} within half a minute.");
    }

    private RunningService Start(params (string Name, string Value)[] settings) => new(_folder.Settings(settings));
}
