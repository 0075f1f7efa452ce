using System.Text;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Repository;

public sealed class ManifestTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_member_is_read()
    {
        ModelManifest manifest = Parse("""
            {"task": "segmentation", "description": "d", "licence": "MIT", "input": "image", "input_size": [480, 640], "stride": 8, "max_side": 1024,
             "resize": "bilinear_antialias", "layout": "NHWC", "colour_order": "BGR", "scale": 1, "mean": [1, 2, 3], "std": [0.5, 1, 2],
             "output": "logits", "output_layout": "NCHW", "output_kind": "probabilities", "threshold": 0.25, "class_names": ["road", "sky"],
             "palette": ["#000000", "#fF8001"], "class_weights": [0, 2.5], "ignore_index": 255}
            """);
        Assert.Equal((ModelTask.Segmentation, "d", "MIT", "image"), (manifest.Task, manifest.Description, manifest.Licence, manifest.Input));
        Assert.Equal((new PictureSize(480, 640), 8, 1024, PictureResize.BilinearAntialias), (manifest.InputSize, manifest.Stride, manifest.MaxSide, manifest.Resize));
        Assert.Equal((PictureLayout.NHWC, ColourOrder.BGR, (double?)1), (manifest.Layout, manifest.ColourOrder, manifest.Scale));
        Assert.Equal([1, 2, 3], manifest.Mean);
        Assert.Equal([0.5, 1, 2], manifest.Std);
        Assert.Equal(("logits", PictureLayout.NCHW, OutputKind.Probabilities, 0.25), (manifest.Output, manifest.OutputLayout, manifest.OutputKind, manifest.Threshold));
        Assert.Equal(["road", "sky"], manifest.ClassNames);
        Assert.Equal([new Rgb(0, 0, 0), new Rgb(255, 128, 1)], manifest.Palette);
        Assert.Equal([0, 2.5], manifest.ClassWeights);
        Assert.Equal(255, manifest.IgnoreIndex);
    }

    [Fact]
    public void Every_member_may_be_left_out()
    {
        Assert.Equal(new ModelManifest(), Parse("{}"));
        Assert.Null(Parse("{}").Scale);
        Assert.True(Parse("""{"input_size": "dynamic"}""").InputSize!.Value.IsDynamic);
    }

    [Theory]
    [InlineData("", "$", "It is not JSON, or has a member twice: ")]
    [InlineData("{\"stride\": 8,}", "$", "It is not JSON, or has a member twice: ")]
    [InlineData("{/* */}", "$", "It is not JSON, or has a member twice: ")]
    [InlineData("{\"task\": \"\\ud800\"}", "$", "It has text that is not UTF-8, or half of a surrogate pair. Save it as UTF-8.")]
    [InlineData("{\"stride\": 8, \"stride\": 8}", "$", "It is not JSON, or has a member twice: ")]
    [InlineData("[]", "$", "Found a list; expected an object.")]
    [InlineData("{\"color_order\": \"RGB\"}", "$", "There is no member \"color_order\". Did you mean \"colour_order\"?")]
    [InlineData("{\"ClassName\": []}", "$", "There is no member \"ClassName\". Did you mean \"class_names\"?")]
    [InlineData("{\"foo\": 1}", "$", "There is no member \"foo\". The members are task, description,")]
    [InlineData("{\"task\": \"detection\"}", "$.task", "Found \"detection\"; expected \"segmentation\".")]
    [InlineData("{\"stride\": 0}", "$.stride", "Found 0; expected a whole number from 1 to 1024.")]
    [InlineData("{\"stride\": 1.5}", "$.stride", "Found 1.5; expected a whole number from 1 to 1024.")]
    [InlineData("{\"stride\": null}", "$.stride", "Found null; expected a whole number from 1 to 1024.")]
    [InlineData("{\"mean\": [0, \"a\", 0]}", "$.mean[1]", "Found \"a\"; expected a finite number.")]
    [InlineData("{\"std\": [1, 1, 0]}", "$.std[2]", "Found 0; expected a number over 0.")]
    [InlineData("{\"scale\": 1e999}", "$.scale", "Found 1e999; expected a number other than 0.")]
    [InlineData("{\"mean\": [0]}", "$.mean", "It has 1 entries; expected as many as the 3 of colour_order RGB.")]
    [InlineData("{\"colour_order\": \"GREY\", \"std\": [1, 1, 1]}", "$.std", "It has 3 entries; expected as many as the 1 of colour_order GREY.")]
    [InlineData("{\"input_size\": [480]}", "$.input_size", "Found a list; expected \"dynamic\" or [height, width].")]
    [InlineData("{\"palette\": [\"red\"]}", "$.palette[0]", "Found \"red\"; expected a colour as \"#rrggbb\".")]
    [InlineData("{\"palette\": [\"#-12345\"]}", "$.palette[0]", "Found \"#-12345\"; expected a colour as \"#rrggbb\".")]
    [InlineData("{\"class_names\": [\"a\", \"b\"], \"class_weights\": [1]}", "$.class_weights", "It has 1 entries; expected as many as the 2 of class_names.")]
    [InlineData("{\"class_names\": [\"a\", \"a\"]}", "$.class_names", "\"a\" is there 2 times; each class needs a name of its own.")]
    [InlineData("{\"output_kind\": \"binary_mask\", \"class_names\": [\"a\"]}", "$.class_names", "It has 1 entries; expected as many as the 2 of a binary mask: background and foreground.")]
    [InlineData("{\"class_weights\": [-1]}", "$.class_weights[0]", "Found -1; expected a number of 0 or more.")]
    [InlineData("{\"class_names\": []}", "$.class_names", "Found a list; expected a list that is not empty.")]
    public void What_is_wrong_is_named_by_its_path(string json, string path, string message)
    {
        ManifestException exception = Assert.Throws<ManifestException>(() => Parse(json));
        Assert.Equal(path, exception.Path);
        Assert.StartsWith($"model.json: {path}: {message}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_manifest_is_taken_and_a_wrong_one_is_not()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(1)).Manifest("add", """{"stride": 2}""").StartAsync();
        using OnnxModel held = folder.Repository.Acquire("add");
        Assert.Equal(2, held.Manifest!.Stride);
        folder.Manifest("add", """{"stride": 16}""");
        await folder.UntilAsync("add", 1, status => status?.Manifest?.Stride == 16);
        folder.Manifest("add", """{"stride": "x"}""");
        ModelVersionStatus? status = await folder.UntilReasonAsync("add", 1, "model.json: $.stride: Found \"x\"");
        Assert.Equal((ModelState.Ready, 16), (status!.State, status.Manifest!.Stride));
        folder.Manifest("add", """{"output": "logits"}""");
        await folder.UntilReasonAsync("add", 1, "model.json: $.output: The model has no output \"logits\"; it has \"y\".");
        folder.Manifest("add", """{"output": "y"}""");
        status = await folder.UntilAsync("add", 1, status => status?.Reason is null);
        Assert.Equal("y", status!.Manifest!.Output);
        Assert.Equal(2, held.Manifest.Stride);
        Assert.Equal(1, await folder.AddedAsync());
    }

    [Fact]
    public async Task A_model_whose_manifest_is_wrong_from_the_start_serves_when_it_is_mended()
    {
        await using ModelFolder folder = await new ModelFolder().Write("add", 1, ModelFiles.Add(1)).Manifest("add", """{"input": "image"}""").StartAsync();
        Assert.Equal("model.json: $.input: The model has no input \"image\"; it has \"x\".", folder.Status("add", 1)!.Reason);
        Assert.Equal(ModelFault.Unavailable, folder.Refused("add").Fault);
        folder.Manifest("add", """{"input": "x"}""");
        await folder.UntilAsync("add", 1, status => status?.State == ModelState.Ready);
        Assert.Equal(1, await folder.AddedAsync());
    }

    private static ModelManifest Parse(string json) => ModelManifest.Parse(Encoding.UTF8.GetBytes(json));
}
