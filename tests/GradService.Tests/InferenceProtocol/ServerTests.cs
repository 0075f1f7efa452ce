using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Operations;

namespace GradService.Tests.InferenceProtocol;

/// <summary>What the server says of itself, its models and their repository.</summary>
public sealed class ServerTests(ServiceFixture service, EchoService echoes) : IClassFixture<EchoService>
{
    private static readonly OperationCatalog Catalogue = new();

    public static TheoryData<string> Models => [.. Catalogue.All.Select(operation => operation.Model)];

    [Fact]
    public async Task Name_and_version_are_settings()
    {
        using var own = new RunningService(("InferenceProtocol:ServerName", "gradients"), ("InferenceProtocol:ServerVersion", "7.5"));
        string answer = await own.Client.GetStringAsync("/v2", TestContext.Current.CancellationToken);
        Assert.StartsWith("""{"name":"gradients","version":"7.5",""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_names_itself_and_the_extensions_it_has()
    {
        JsonNode server = (await service.Client.GetReplyAsync("/v2")).Good().Json;
        Assert.Equal("gradservice", (string?)server["name"]);
        Assert.Equal(typeof(OperationCatalog).Assembly.GetName().Version!.ToString(3), (string?)server["version"]);
        Assert.Equal("""["binary_tensor_data","model_repository","parameters","statistics"]""", server["extensions"]!.ToJsonString());
        Assert.Equal("echoes", (string?)(await echoes.Client.GetReplyAsync("/v2")).Good().Json["name"]);
    }

    [Theory]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"live":true,"ready":true}""")]
    [InlineData("/v2/models/losses.nll/ready", """{"name":"losses.nll","ready":true}""")]
    [InlineData("/v2/models/losses.nll/versions/1/ready", """{"name":"losses.nll","ready":true}""")]
    public async Task Health_is_told(string path, string expected) =>
        Assert.Equal(expected, (await service.Client.GetReplyAsync(path)).Good().Json.ToJsonString());

    [Fact]
    public async Task The_models_are_the_operations_and_what_stands_beside_them()
    {
        string[] operations = [.. Catalogue.All.Select(operation => operation.Model)];
        JsonNode list = (await service.Client.GetReplyAsync("/v2/models")).Good().Json;
        Assert.Equal([.. operations, "street-scenes"], list["models"]!.AsArray().Select(name => (string)name!));
        list = (await echoes.Client.GetReplyAsync("/v2/models")).Good().Json;
        Assert.Equal([.. operations, "echo"], list["models"]!.AsArray().Select(name => (string)name!));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_models_metadata_are_its_signature(string name)
    {
        Operation operation = Catalogue.ByModel(name)!;
        JsonNode metadata = (await service.Client.GetReplyAsync($"/v2/models/{name}")).Good().Json;
        Assert.Equal(metadata.ToJsonString(), (await service.Client.GetReplyAsync($"/v2/models/{name}/versions/1")).Good().Json.ToJsonString());
        Assert.Equal(name, (string?)metadata["name"]);
        Assert.Equal("""["1"]""", metadata["versions"]!.ToJsonString());
        Assert.Equal("gradservice_operation", (string?)metadata["platform"]);
        Assert.Equal(operation.Signature.Inputs.Select(input => input.Name), metadata["inputs"]!.AsArray().Select(input => (string)input!["name"]!));
        Assert.Equal(operation.Signature.Outputs.Select(output => output.Name), metadata["outputs"]!.AsArray().Select(output => (string)output!["name"]!));
        Assert.Equal(
            operation.Signature.Parameters.Select(parameter => parameter.Name).Except(["tensor_format"]),
            metadata["parameters"]!["request_parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!));
        foreach (JsonNode? tensor in metadata["inputs"]!.AsArray().Concat(metadata["outputs"]!.AsArray()))
        {
            Assert.Contains((string?)tensor!["datatype"], tensor["parameters"]!["datatypes"]!.AsArray().Select(datatype => (string?)datatype));
            Assert.All(tensor["shape"]!.AsArray(), axis => Assert.True((int)axis! >= -1));
            Assert.NotEmpty((string)tensor["parameters"]!["shape"]!);
        }
    }

    [Theory]
    [InlineData("[]", new int[0])]
    [InlineData("[C]", new[] { -1 })]
    [InlineData("[S, A]", new[] { -1, -1 })]
    [InlineData("[K, 2]", new[] { -1, 2 })]
    [InlineData("[.., C, ..]", new[] { -1 })]
    [InlineData("[B, S] or [S]", new[] { -1 })]
    [InlineData("the loss's", new[] { -1 })]
    public void A_documented_shape_becomes_one_that_clients_parse(string documented, int[] expected) =>
        Assert.Equal(expected, GradService.InferenceProtocol.OperationMetadata.Shape(documented));

    [Theory]
    [InlineData("GET", "/v2/models/nothing", "Request for unknown model: 'nothing' is not found. GET /v2/models lists what there is.")]
    [InlineData("GET", "/v2/models/losses.nl", "Request for unknown model: 'losses.nl' is not found. Did you mean 'losses.nll'?")]
    [InlineData("GET", "/v2/models/losses.foo", "Request for unknown model: 'losses.foo' is not found. GET /v2/models lists what there is.")]
    [InlineData("GET", "/v2/models/nothing/ready", "Request for unknown model: 'nothing' is not found. GET /v2/models lists what there is.")]
    [InlineData("GET", "/v2/models/nothing/stats", "Request for unknown model: 'nothing' is not found. GET /v2/models lists what there is.")]
    [InlineData("POST", "/v2/models/nothing/infer", "Request for unknown model: 'nothing' is not found. GET /v2/models lists what there is.")]
    [InlineData("GET", "/v2/models/losses.nll/versions/2", "Request for unknown model: 'losses.nll' version '2' is not found. It has version 1.")]
    [InlineData("GET", "/v2/models/losses.nll/versions/x/ready", "Request for unknown model: 'losses.nll' version 'x' is not found. It has version 1.")]
    [InlineData("POST", "/v2/models/losses.nll/versions/01/infer", "Request for unknown model: 'losses.nll' version '01' is not found. It has version 1.")]
    public async Task An_unknown_model_or_version_is_not_found(string method, string path, string error)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = method == "POST" ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
        using HttpResponseMessage response = await service.Client.SendAsync(request, Inference.Cancellation);
        InferenceReply reply = await InferenceReply.ReadAsync(response);
        Assert.Equal(404, reply.Status);
        Assert.Equal("application/json", reply.ContentType);
        Assert.Equal(error, reply.Error);
    }

    [Theory]
    [InlineData("GET", "/v2/models/losses.nll/infer", 405)]
    [InlineData("DELETE", "/v2/models/losses.nll", 405)]
    [InlineData("GET", "/v2/models/losses.nll/config", 404)]
    [InlineData("GET", "/v2/elsewhere", 404)]
    public async Task Errors_of_the_server_have_the_protocols_form(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage response = await service.Client.SendAsync(request, Inference.Cancellation);
        InferenceReply reply = await InferenceReply.ReadAsync(response);
        Assert.Equal(status, reply.Status);
        Assert.NotEmpty(reply.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"ready":true}""")]
    [InlineData("""{"ready":false,"other":[1]}""")]
    public async Task The_repositorys_index_lists_every_model_as_ready(string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        using HttpResponseMessage response = await service.Client.PostAsync("/v2/repository/index", content, Inference.Cancellation);
        JsonNode index = (await InferenceReply.ReadAsync(response)).Good().Json;
        Assert.Equal([.. Catalogue.All.Select(operation => operation.Model), "street-scenes"], index.AsArray().Select(entry => (string)entry!["name"]!));
        Assert.All(index.AsArray(), entry => Assert.Equal("""["1","READY",""]""", new JsonArray(entry!["version"]!.DeepClone(), entry["state"]!.DeepClone(), entry["reason"]!.DeepClone()).ToJsonString()));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"ready":1}""")]
    [InlineData("""{"ready":true,"ready":true}""")]
    [InlineData("{} {}")]
    [InlineData("{")]
    public async Task An_index_request_that_is_none_is_refused(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await service.Client.PostAsync("/v2/repository/index", content, Inference.Cancellation);
        InferenceReply reply = await InferenceReply.ReadAsync(response);
        Assert.Equal(400, reply.Status);
        Assert.NotEmpty(reply.Error);
    }

    [Theory]
    [InlineData("load")]
    [InlineData("unload")]
    public async Task Models_cannot_be_loaded_or_unloaded(string what)
    {
        using HttpResponseMessage response = await service.Client.PostAsync($"/v2/repository/models/losses.nll/{what}", null, Inference.Cancellation);
        InferenceReply reply = await InferenceReply.ReadAsync(response);
        Assert.Equal(501, reply.Status);
        Assert.StartsWith("explicit model load / unload is not allowed", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_counted_and_timed()
    {
        using var own = new EchoService();
        JsonNode before = await Stats(own, "/v2/models/echo/stats");
        Assert.Equal(0, (int)before["inference_count"]!);
        Assert.Equal(0, (long)before["last_inference"]!);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => own.Client.InferAsync("echo", """{"inputs":[]}""")));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => own.Client.InferAsync("echo", "{")));

        // The last byte of an answer may arrive before the request is counted.
        JsonNode after = before;
        for (int i = 0; i < 100 && (int)after["inference_stats"]!["success"]!["count"]! + (int)after["inference_stats"]!["fail"]!["count"]! < 23; i++)
        {
            await Task.Delay(20, Inference.Cancellation);
            after = await Stats(own, "/v2/models/echo/versions/1/stats");
        }

        JsonNode times = after["inference_stats"]!;
        Assert.Equal("echo", (string?)after["name"]);
        Assert.Equal("1", (string?)after["version"]);
        Assert.InRange((long)after["last_inference"]!, now, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Equal(20, (int)after["inference_count"]!);
        Assert.Equal(20, (int)after["execution_count"]!);
        Assert.Equal(3, (int)times["fail"]!["count"]!);
        foreach (string part in (string[])["success", "queue", "compute_input", "compute_infer", "compute_output"])
        {
            Assert.Equal(20, (int)times[part]!["count"]!);
        }

        long parts = (long)times["compute_input"]!["ns"]! + (long)times["compute_infer"]!["ns"]! + (long)times["compute_output"]!["ns"]!;
        Assert.InRange(parts, 1, (long)times["success"]!["ns"]!);
        Assert.Equal(0, (int)times["cache_hit"]!["count"]!);
        JsonNode all = (await own.Client.GetReplyAsync("/v2/models/stats")).Good().Json;
        Assert.Equal(Catalogue.All.Count + 1, all["model_stats"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(null, 200)]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=UTF-8", 200)]
    [InlineData("application/vnd.mine+json", 200)]
    [InlineData("application/octet-stream", 200)]
    [InlineData("application/x-www-form-urlencoded", 200)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("image/png", 415)]
    [InlineData("nonsense", 415)]
    public async Task Bodies_are_taken_as_clients_label_them(string? mediaType, int status)
    {
        using var content = new ByteArrayContent("{\"inputs\":[]}"u8.ToArray());
        if (mediaType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        InferenceReply reply = await echoes.Client.SendAsync("echo", content);
        Assert.Equal(status, reply.Status);
        Assert.True(status == 200 || reply.Error.StartsWith("Content-Type ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_encoding_that_is_not_known_is_refused()
    {
        using var content = new ByteArrayContent("{\"inputs\":[]}"u8.ToArray());
        content.Headers.ContentEncoding.Add("zstd");
        InferenceReply reply = await echoes.Client.SendAsync("echo", content);
        Assert.Equal(415, reply.Status);
        Assert.Contains("expected gzip, deflate or br", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_over_the_time_limit_is_stopped_and_counted_as_failed()
    {
        using var own = new EchoService([("Limits:RequestTimeoutSeconds", "1")]);
        InferenceReply reply = await own.Client.InferAsync("echo", """{"inputs":[],"parameters":{"wait":true}}""");
        Assert.Equal(504, reply.Status);
        Assert.StartsWith("The request took longer than 1 second and was stopped.", reply.Error, StringComparison.Ordinal);
        Assert.Equal(1, (int)(await Stats(own, "/v2/models/echo/stats"))["inference_stats"]!["fail"]!["count"]!);
        (await own.Client.InferAsync("echo", """{"inputs":[]}""")).Good();
    }

    [Fact]
    public async Task A_service_that_is_full_says_when_to_come_again()
    {
        using var small = new RunningService(("Limits:MaxInFlightBytes", "1048576"));
        string data = string.Join(",", Enumerable.Repeat("1", 200_000));
        using var content = new StringContent($$"""{"inputs":[{"name":"logits","shape":[200000],"datatype":"FP64","data":[{{data}}]}]}""");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await small.Client.PostAsync("/v2/models/activations.softmax/infer", content, Inference.Cancellation);
        InferenceReply reply = await InferenceReply.ReadAsync(response);
        Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.ServiceUnavailable, HttpStatusCode.RequestEntityTooLarge]);
        Assert.NotEmpty(reply.Error);
        Assert.Equal(response.StatusCode == HttpStatusCode.ServiceUnavailable, response.Headers.RetryAfter is not null);
    }

    private static async Task<JsonNode> Stats(EchoService own, string path) =>
        (await own.Client.GetReplyAsync(path)).Good().Json["model_stats"]!.AsArray().Single()!;
}
