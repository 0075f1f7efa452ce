using System.Text;
using System.Text.Json.Nodes;
using GradService.Onnx.Running;
using GradService.Tests.InferenceProtocol;

namespace GradService.Tests.Models;

/// <summary>Models of other forms than the shipped one: each answers what goes in, so that its scores are the picture itself.</summary>
public sealed class OtherModelTests : IDisposable
{
    private const int Width = 12;
    private const int Height = 8;

    private readonly ModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("NCHW", TensorDatatype.FP32)]
    [InlineData("NHWC", TensorDatatype.FP32)]
    [InlineData("NCHW", TensorDatatype.FP16)]
    public async Task The_layout_and_type_are_read_off_the_file(string layout, TensorDatatype datatype)
    {
        object[] shape = layout == "NCHW" ? ["batch", 3, "height", "width"] : ["batch", "height", "width", 3];
        using RunningService service = Serve("""{"class_names": ["red", "green", "blue"]}""", datatype, shape);
        Assert.Equal(Brightest(pixel => Array.IndexOf(pixel, pixel.Max())), await LabelsAsync(service));
    }

    [Fact]
    public async Task Blue_comes_first_where_the_order_says_so()
    {
        using RunningService service = Serve("""{"colour_order": "BGR", "class_names": ["blue", "green", "red"]}""", TensorDatatype.FP32, "batch", 3, "height", "width");
        Assert.Equal(Brightest(pixel => Array.IndexOf([.. pixel.Reverse()], pixel.Max())), await LabelsAsync(service));
    }

    [Fact]
    public async Task Mean_and_deviation_of_a_channel_count()
    {
        using RunningService service = Serve("""{"mean": [0, 2, 2], "std": [1, 1, 4]}""", TensorDatatype.FP32, "batch", 3, "height", "width");
        Assert.All(await LabelsAsync(service), label => Assert.Equal(0, label));
    }

    [Theory]
    [InlineData("bilinear")]
    [InlineData("bilinear_antialias")]
    public async Task A_model_of_one_size_answers_at_the_size_of_the_picture(string resize)
    {
        using RunningService service = Serve($$"""{"resize": "{{resize}}"}""", TensorDatatype.FP32, 1, 3, 4, 6);
        int[] found = await LabelsAsync(service);
        int[] expected = Brightest(pixel => Array.IndexOf(pixel, pixel.Max()));
        Assert.Equal(expected.Length, found.Length);
        Assert.InRange(found.Zip(expected).Count(pair => pair.First == pair.Second), expected.Length / 2, expected.Length);
    }

    [Fact]
    public async Task A_binary_mask_is_foreground_over_its_threshold()
    {
        using RunningService service = Serve("""{"output_kind": "binary_mask", "colour_order": "GREY", "threshold": 0.4}""", TensorDatatype.FP32, "batch", 1, "height", "width");
        JsonNode answer = await service.Client.JsonAsync("/v1/models/echo/segment", StreetScenes.Picture(Pixels.Gradient(Width, Height), "image/png"));
        Assert.Equal(["background", "foreground"], answer["classes"]!.AsArray().Select(known => (string)known!["name"]!));
        Assert.Equal(Brightest(pixel => Luminance(pixel) / 255.0 > 0.4 ? 1 : 0), Labels(answer));
    }

    [Fact]
    public async Task A_binary_mask_has_the_loss_of_its_two_probabilities()
    {
        using RunningService service = Serve("""{"output_kind": "binary_mask", "colour_order": "GREY"}""", TensorDatatype.FP32, "batch", 1, "height", "width");
        string labels = $"[{string.Join(',', Enumerable.Range(0, Height).Select(y => $"[{string.Join(',', Enumerable.Range(0, Width).Select(x => x % 2))}]"))}]";
        JsonNode answer = await service.Client.JsonAsync("/v1/models/echo/evaluate", Json(
            $$"""{"image": {{Pixels.Of(Pixels.Gradient(Width, Height)).Tensor}}, "labels": {{labels}}, "gradients": ["logits"], "return_logits": true}"""));
        JsonNode loss = await service.Client.JsonAsync("/v1/losses/cross-entropy", Json(
            $$"""{"logits": {{answer["logits"]!.ToJsonString()}}, "labels": [{{labels}}], "from": "probabilities"}"""));
        Assert.Equal(loss["loss"]!.ToJsonString(), answer["loss"]!.ToJsonString());
        Assert.Equal(loss["grad_logits"]!.ToJsonString(), answer["grad_logits"]!.ToJsonString());
        Assert.All(answer["logits"]![0]![0]!.AsArray(), pixel => Assert.Equal(1, (float)pixel![0]! + (float)pixel[1]!, 6));
        Assert.Equal(2, answer["classes"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_ignored_label_of_the_model_is_left_out_of_loss_and_metrics()
    {
        using RunningService service = Serve("""{"ignore_index": 2, "class_weights": [1, 2, 3]}""", TensorDatatype.FP32, "batch", 3, "height", "width");
        JsonNode answer = await service.Client.JsonAsync("/v1/models/echo/evaluate", Json("""{"image": [[[9, 8, 7], [1, 2, 3], [4, 4, 5]]], "labels": [[0, 1, 2]]}"""));
        Assert.Equal(2, (int)answer["counted"]!);
        Assert.Equal(3, (double)answer["denominator"]!);
        Assert.Equal([1, 1, 0], answer["classes"]!.AsArray().Select(known => (int)known!["pixels"]!));
    }

    private RunningService Serve(string manifest, TensorDatatype datatype, params object[] shape)
    {
        _folder.Put("echo", 1, OnnxFile.Of(new OnnxMap("picture", "scores", "Identity", datatype, shape)));
        File.WriteAllText(Path.Combine(_folder.Path, "echo", "model.json"), manifest);
        return new RunningService(_folder.Settings());
    }

    private static int[] Brightest(Func<byte[], int> choose) => [.. Pixels.Of(Pixels.Gradient(Width, Height)).Rgb.Chunk(3).Select(choose)];

    private static int Luminance(byte[] pixel) => ((pixel[0] * 19595) + (pixel[1] * 38470) + (pixel[2] * 7471) + 0x8000) >> 16;

    private static int[] Labels(JsonNode answer) => [.. answer["labels"]!.AsArray().SelectMany(row => row!.AsArray().Select(label => (int)label!))];

    private static async Task<int[]> LabelsAsync(RunningService service) =>
        Labels(await service.Client.JsonAsync("/v1/models/echo/segment", StreetScenes.Picture(Pixels.Gradient(Width, Height), "image/png")));

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
