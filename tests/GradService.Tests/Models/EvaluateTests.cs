using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Models;

public sealed class EvaluateTests(ServiceFixture service)
{
    private const string Address = $"{StreetScenes.Address}/evaluate";

    [Theory]
    [InlineData("FP32", -1, """{}""")]
    [InlineData("FP32", 1, """{"reduction": "sum", "label_smoothing": 0.1}""")]
    [InlineData("FP64", -1, """{"reduction": "mean_batch", "ignore_index": 3}""")]
    [InlineData("FP32", -1, """{"weighting": "predictions", "apply_to": "logits", "weight": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}""")]
    public async Task One_call_gives_the_same_bits_as_posting_the_logits_to_the_operation(string dtype, int classAxis, string parameters)
    {
        JsonObject shared = JsonNode.Parse(parameters)!.AsObject();
        (shared["dtype"], shared["class_axis"]) = (dtype, classAxis);
        JsonObject asked = Merged(shared, new JsonObject { ["gradients"] = new JsonArray("logits"), ["return_logits"] = true });
        JsonNode answer = await service.Client.JsonAsync(Address, StreetScenes.Form("02.png", "02.labels.png", ("parameters", asked.ToJsonString())));

        JsonObject second = Merged(shared, new JsonObject { ["logits"] = answer["logits"]!.DeepClone(), ["labels"] = await LabelsAsync("02.labels.png") });
        second.TryAdd("weight", StreetScenes.Figures["class_weights"]!.DeepClone());
        JsonNode loss = await PostAsync("/v1/losses/cross-entropy", second);
        Assert.Equal(loss["loss"]!.ToJsonString(), answer["loss"]!.ToJsonString());
        Assert.Equal(loss["denominator"]!.ToJsonString(), answer["denominator"]!.ToJsonString());
        Assert.Equal(loss["counted"]!.ToJsonString(), answer["counted"]!.ToJsonString());
        Assert.Equal(loss["grad_logits"]!.ToJsonString(), answer["grad_logits"]!.ToJsonString());

        var third = new JsonObject { ["logits"] = answer["logits"]!.DeepClone(), ["labels"] = second["labels"]!.DeepClone(), ["dtype"] = dtype, ["class_axis"] = classAxis };
        third["ignore_index"] = shared["ignore_index"]?.DeepClone() ?? -100;
        JsonNode metrics = await PostAsync("/v1/segmentation/metrics", third);
        foreach ((string name, JsonNode? value) in answer["metrics"]!.AsObject())
        {
            Assert.Equal(metrics[name]!.ToJsonString(), value!.ToJsonString());
        }

        foreach (string score in (string[])["iou", "dice", "precision", "recall"])
        {
            Assert.Equal(metrics[score]!.ToJsonString(), new JsonArray([.. answer["classes"]!.AsArray().Select(known => known![score]!.DeepClone())]).ToJsonString());
        }

        Assert.Equal(
            metrics["confusion"]!.AsArray().Select(row => row!.AsArray().Sum(count => (long)count!)),
            answer["classes"]!.AsArray().Select(known => (long)known!["pixels"]!));
    }

    [Fact]
    public async Task Parameters_may_be_fields_of_a_form_or_one_object_or_members_of_a_JSON_body()
    {
        JsonNode fields = await service.Client.JsonAsync(Address, StreetScenes.Form("01.png", "01.labels.png", ("reduction", "sum"), ("label_smoothing", "0.25"), ("gradients", "logits"), ("weight", ""), ("upstream", " 2 ")));
        JsonNode whole = await service.Client.JsonAsync(Address, StreetScenes.Form(
            "01.png", "01.labels.png", ("parameters", """{"reduction": "sum", "label_smoothing": 0.25}"""), ("gradients", """["logits"]"""), ("upstream", "2")));
        JsonObject body = JsonNode.Parse($$"""{"image": {{Pixels.Of(StreetScenes.Read("01.png")).Tensor}}, "reduction": "sum", "label_smoothing": 0.25, "gradients": ["logits"], "upstream": 2}""")!.AsObject();
        body["labels"] = (await LabelsAsync("01.labels.png"))[0]!.DeepClone();
        JsonNode json = await PostAsync(Address, body);
        Assert.Equal(fields.ToJsonString(), whole.ToJsonString());
        Assert.Equal(fields.ToJsonString(), json.ToJsonString());
        Assert.Equal(120, fields["grad_logits"]![0]!.AsArray().Count);
    }

    [Fact]
    public async Task Without_being_asked_neither_gradient_nor_logits_are_answered()
    {
        JsonNode answer = await service.Client.JsonAsync(Address, StreetScenes.Form("01.png", "01.labels.png"));
        Assert.Equal(
            ["model", "version", "loss", "denominator", "counted", "classes", "metrics"],
            answer.AsObject().Select(member => member.Key).Where(name => name != "warnings"));
    }

    [Fact]
    public async Task Labels_in_the_models_colours_are_those_of_the_index_picture()
    {
        using HttpResponseMessage mask = await service.Client.SendAsync($"{StreetScenes.Address}/segment", StreetScenes.Form("03.png"));
        using HttpResponseMessage index = await service.Client.SendAsync($"{StreetScenes.Address}/segment?view=labels", StreetScenes.Form("03.png"));
        JsonNode[] answers = await Task.WhenAll(new[] { mask, index }.Select(async labels =>
        {
            using var form = new MultipartFormDataContent { { StreetScenes.Content("03.png"), "image", "03.png" } };
            form.Add(new ByteArrayContent(await labels.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)), "labels", "labels.png");
            return await service.Client.JsonAsync(Address, form);
        }));
        Assert.Equal(answers[0].ToJsonString(), answers[1].ToJsonString());
        Assert.Equal(1, (double)answers[0]["metrics"]!["mean_iou"]!);
        Assert.Equal(1, (double)answers[0]["metrics"]!["pixel_accuracy"]!);
    }

    [Fact]
    public async Task A_batch_has_the_mean_loss_of_its_pictures()
    {
        string image = "[" + string.Join(',', Enumerable.Range(0, 16).Select(y => "[" + string.Join(',', Enumerable.Range(0, 24).Select(x => $"[{x * 9},{y * 12},{x + y}]")) + "]")) + "]";
        string labels = "[" + string.Join(',', Enumerable.Range(0, 16).Select(y => "[" + string.Join(',', Enumerable.Range(0, 24).Select(x => y < 8 ? 0 : 3)) + "]")) + "]";
        JsonNode one = await PostAsync(Address, JsonNode.Parse($$"""{"image": {{image}}, "labels": {{labels}}}""")!.AsObject());
        JsonNode two = await PostAsync(Address, JsonNode.Parse($$"""{"image": [{{image}}, {{image}}], "labels": [{{labels}}, {{labels}}], "reduction": "mean"}""")!.AsObject());
        Assert.Equal((double)one["loss"]!, (double)two["loss"]!, 6);
        Assert.Equal(2 * (int)one["counted"]!, (int)two["counted"]!);
    }

    [Fact]
    public async Task Class_probabilities_as_labels_have_a_loss_and_no_table()
    {
        string pixel = $"[{string.Join(',', Enumerable.Repeat("0.0625", 8).Concat(Enumerable.Repeat("0.125", 4)))}]";
        JsonNode answer = await PostAsync(Address, JsonNode.Parse($$"""{"image": [[[10, 20, 30], [40, 50, 60]]], "labels": [[{{pixel}}, {{pixel}}]]}""")!.AsObject());
        Assert.True((double)answer["loss"]! > 0);
        Assert.Null(answer["classes"]);
        Assert.Contains("class probabilities", (string)answer["warnings"]![0]!, StringComparison.Ordinal);
    }

    private static JsonObject Merged(JsonObject one, JsonObject other) => new([.. one.Concat(other).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))]);

    private static async Task<JsonArray> LabelsAsync(string name)
    {
        byte[] file = await System.IO.File.ReadAllBytesAsync(Path.Combine(StreetScenes.Folder, name), TestContext.Current.CancellationToken);
        int width = Pixels.Of(file).Width;
        return [new JsonArray([.. Pixels.Indices(file).Chunk(width).Select(row => new JsonArray([.. row.Select(label => (JsonNode)label)]))])];
    }

    private Task<JsonNode> PostAsync(string address, JsonObject body) =>
        service.Client.JsonAsync(address, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
}
