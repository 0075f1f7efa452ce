using System.Text.Json.Nodes;

namespace GradService.Tests.Models;

/// <summary>The held-out pictures through the service, against what PyTorch saw when the model was trained.</summary>
public sealed class StreetScenesTests(ServiceFixture service)
{
    public static TheoryData<int> Pictures() => [.. Enumerable.Range(0, StreetScenes.Figures["pictures"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task Loss_and_scores_of_a_picture_are_those_of_PyTorch(int index)
    {
        JsonNode figures = StreetScenes.Figures["pictures"]![index]!;
        AssertFigures(figures, await EvaluateAsync(figures));
    }

    [Fact]
    public async Task Loss_and_scores_of_a_JPEG_are_those_of_PyTorch()
    {
        JsonNode figures = StreetScenes.Figures["jpeg"]!;
        AssertFigures(figures, await EvaluateAsync(figures));
    }

    [Fact]
    public async Task The_mean_IoU_of_all_pictures_is_the_training_scripts()
    {
        int classes = StreetScenes.Figures["class_names"]!.AsArray().Count;
        var confusions = new JsonArray();
        foreach (JsonNode? picture in StreetScenes.Figures["pictures"]!.AsArray())
        {
            confusions.Add((await EvaluateAsync(picture!))["metrics"]!["confusion"]!.DeepClone());
        }

        using HttpResponseMessage answer = await service.Client.PostJsonAsync("/v1/segmentation/metrics", new JsonObject { ["confusion"] = confusions }.ToJsonString());
        JsonNode metrics = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(classes, metrics["iou"]!.AsArray().Count);
        Assert.Equal((double)StreetScenes.Figures["mean_iou"]!, (double)metrics["mean_iou"]!, 0.005);
        Assert.Equal((double)StreetScenes.Figures["pixel_accuracy"]!, (double)metrics["pixel_accuracy"]!, 0.005);
    }

    private async Task<JsonNode> EvaluateAsync(JsonNode figures) =>
        await service.Client.JsonAsync($"{StreetScenes.Address}/evaluate", StreetScenes.Form((string)figures["picture"]!, (string)figures["labels"]!));

    private static void AssertFigures(JsonNode figures, JsonNode answer)
    {
        double loss = (double)figures["loss"]!;
        Assert.Equal(loss, (double)answer["loss"]!, 0.002 * Math.Max(1, loss));
        Assert.Equal((double)figures["mean_iou"]!, (double)answer["metrics"]!["mean_iou"]!, 0.005);
        Assert.Equal((double)figures["pixel_accuracy"]!, (double)answer["metrics"]!["pixel_accuracy"]!, 0.005);
    }
}
