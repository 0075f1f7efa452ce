using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace GradService.Tests.Models;

public sealed class StreetScenesWeightsTests(ServiceFixture service)
{
    [Fact]
    public async Task The_shipped_model_was_trained_with_the_class_weights_that_the_service_answers_for_its_training_scenes()
    {
        JsonNode figures = await ReadAsync("street-scenes/figures.json");
        JsonNode manifest = await ReadAsync("../../../deploy/models/street-scenes/model.json");
        var request = new JsonObject
        {
            ["counts"] = figures["training_counts"]!.DeepClone(),
            ["present_pixels"] = figures["training_present_pixels"]!.DeepClone(),
            ["method"] = "median_frequency",
            ["dtype"] = "FP64",
        };
        using HttpResponseMessage response = await service.Client.PostJsonAsync("/v1/segmentation/class-weights", request.ToJsonString());
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        double[] weight = Numbers(answer["weight"]);
        Assert.Equal(12, weight.Length);
        Assert.Equal(weight, Numbers(figures["class_weights"]));
        Assert.Equal(weight, Numbers(manifest["class_weights"]));
    }

    private static double[] Numbers(JsonNode? node) => [.. node!.AsArray().Select(number => (double)number!)];

    private static async Task<JsonNode> ReadAsync(string file, [CallerFilePath] string thisFile = "") =>
        JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(thisFile)!, file), TestContext.Current.CancellationToken))!;
}
