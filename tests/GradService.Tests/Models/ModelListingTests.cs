using System.Net;
using System.Text.Json.Nodes;

namespace GradService.Tests.Models;

/// <summary>What models there are, and what one without a <c>model.json</c>, or with a wrong one, and a service without models say.</summary>
public sealed class ModelListingTests(ServiceFixture service)
{
    [Fact]
    public async Task The_shipped_model_is_listed_and_described()
    {
        JsonNode list = JsonNode.Parse(await service.Client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken))!;
        JsonNode model = Assert.Single(list["models"]!.AsArray(), entry => (string)entry!["name"]! == "street-scenes")!;
        Assert.Equal(("segmentation", "cpu", "ready"), ((string)model["task"]!, (string)model["provider"]!, (string)model["versions"]![0]!["state"]!));
        JsonNode entry = JsonNode.Parse(await service.Client.GetStringAsync(StreetScenes.Address, TestContext.Current.CancellationToken))!;
        Assert.Equal("""[{"name":"image","datatype":"FP32","shape":[-1,3,-1,-1]}]""", entry["inputs"]!.ToJsonString());
        Assert.Equal("""[{"name":"logits","datatype":"FP32","shape":[-1,12,-1,-1]}]""", entry["outputs"]!.ToJsonString());
        Assert.Equal(StreetScenes.Figures["class_names"]!.ToJsonString(), new JsonArray([.. entry["classes"]!.AsArray().Select(known => known!["name"]!.DeepClone())]).ToJsonString());
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_guessed_at()
    {
        using HttpResponseMessage answer = await service.Client.GetAsync("/v1/models/street-scene", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Did you mean street-scenes?", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("segment")]
    [InlineData("evaluate")]
    [InlineData("versions/1/segment")]
    public async Task A_model_that_is_not_there_is_guessed_at_by_every_verb(string verb)
    {
        (int status, _, string message) = await service.Client.RefusalAsync($"/v1/models/street-scene/{verb}", StreetScenes.Form("01.png"));
        Assert.Equal(404, status);
        Assert.Equal("There is no model street-scene. Did you mean street-scenes? GET /v1/models lists what there is.", message);
    }

    [Fact]
    public async Task An_address_under_the_models_that_leads_nowhere_tells_the_way()
    {
        (int status, _, string message) = await service.Client.RefusalAsync($"{StreetScenes.Address}/segmen", StreetScenes.Form("01.png"));
        Assert.Equal(404, status);
        Assert.Contains("/segment and /evaluate", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_without_models_says_so()
    {
        using var off = new RunningService(("Onnx:Enabled", "false"));
        foreach (string address in (string[])["/v1/models", StreetScenes.Address])
        {
            using HttpResponseMessage answer = await off.Client.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("Onnx:Enabled", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        foreach (string verb in (string[])["segment", "evaluate"])
        {
            (int status, _, string message) = await off.Client.RefusalAsync($"{StreetScenes.Address}/{verb}", StreetScenes.Form("01.png"));
            Assert.Equal(503, status);
            Assert.Contains("Onnx:Enabled", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, "it has no model.json")]
    [InlineData("""{"colour_order": "GREY"}""", "has 3 channels where colour_order GREY has 1")]
    [InlineData("""{"layout": "NHWC"}""", "cannot take pictures")]
    public async Task What_a_model_lacks_to_take_pictures_is_said(string? manifest, string message)
    {
        using var folder = new ModelFolder(manifest);
        using var own = new RunningService(("Onnx:ModelRepository", folder.Path), ("Onnx:Enabled", "true"));
        (int status, _, string found) = await own.Client.RefusalAsync("/v1/models/other/segment", StreetScenes.Form("01.png"));
        Assert.Equal(422, status);
        Assert.Contains(message, found, StringComparison.Ordinal);
        JsonNode entry = JsonNode.Parse(await own.Client.GetStringAsync("/v1/models/other", TestContext.Current.CancellationToken))!;
        Assert.Equal(found, (string)entry["reason"]!);
    }

    [Fact]
    public async Task A_model_json_of_one_line_will_do()
    {
        using var folder = new ModelFolder("""{"task": "segmentation", "stride": 8}""");
        using var own = new RunningService(("Onnx:ModelRepository", folder.Path), ("Onnx:Enabled", "true"));
        JsonNode answer = await own.Client.JsonAsync("/v1/models/other/segment", StreetScenes.Form("01.png"));
        Assert.Equal(["class 0", "class 1"], answer["classes"]!.AsArray().Take(2).Select(known => (string)known!["name"]!));
        Assert.Equal(["#000000", "#e69f00"], answer["classes"]!.AsArray().Take(2).Select(known => (string)known!["colour"]!));
    }

    [Fact]
    public async Task A_number_of_classes_that_does_not_fit_is_said()
    {
        using var folder = new ModelFolder("""{"stride": 8, "class_names": ["a", "b"]}""");
        using var own = new RunningService(("Onnx:ModelRepository", folder.Path), ("Onnx:Enabled", "true"));
        (int status, _, string message) = await own.Client.RefusalAsync("/v1/models/other/segment", StreetScenes.Form("01.png"));
        Assert.Equal(422, status);
        Assert.Contains("has 12 channels (NCHW); model.json has 2 classes", message, StringComparison.Ordinal);
    }

    /// <summary>The shipped model under another name, with a model.json of the test's own.</summary>
    private sealed class ModelFolder : IDisposable
    {
        public ModelFolder(string? manifest)
        {
            string version = System.IO.Path.Combine(Path, "other", "1");
            Directory.CreateDirectory(version);
            System.IO.File.Copy(System.IO.Path.Combine(AppContext.BaseDirectory, "Models", "street-scenes", "model.onnx"), System.IO.Path.Combine(version, "model.onnx"));
            if (manifest is not null)
            {
                System.IO.File.WriteAllText(System.IO.Path.Combine(Path, "other", "model.json"), manifest);
            }
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("models").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
