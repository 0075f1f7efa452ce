using System.Text;

namespace GradService.Tests.Models;

/// <summary>What is wrong with a request to <c>evaluate</c> is said, each once.</summary>
public sealed class EvaluateErrorTests(ServiceFixture service)
{
    private const string Address = $"{StreetScenes.Address}/evaluate";

    [Theory]
    [InlineData("reduction", "summ", 422, "Did you mean \"sum\"?")]
    [InlineData("weight", "1,2", 400, "is not JSON")]
    [InlineData("weight", "[1, 2]", 422, "Shape [2] was found; expected [12]")]
    [InlineData("label_smoothing", "lots", 400, "is not JSON")]
    [InlineData("label_smoothing", "true", 400, "expected a number")]
    [InlineData("class_axis", "2", 422, "expected -1 for logits [B, H, W, C]")]
    [InlineData("return_logits", "1", 400, "expected true or false")]
    [InlineData("parameters", "reduction=sum", 400, "no JSON object")]
    [InlineData("class_weights", "[1]", 400, "did you mean \"weight\"?")]
    [InlineData("logits", "[1]", 400, "There is no member \"logits\"")]
    public async Task A_parameter_that_is_wrong(string name, string value, int status, string message)
    {
        (int found, string path, string text) = await service.Client.RefusalAsync(Address, StreetScenes.Form("01.png", "01.labels.png", (name, value)));
        Assert.Equal((status, name), (found, path));
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gradient_by_what_is_no_input()
    {
        (int status, string path, string message) = await service.Client.RefusalAsync(Address, StreetScenes.Form("01.png", "01.labels.png", ("gradients", "weight")));
        Assert.Equal((422, "gradients[0]"), (status, path));
        Assert.Contains("logits", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_sent_twice()
    {
        (int status, string path, string message) = await service.Client.RefusalAsync(
            Address, StreetScenes.Form("01.png", "01.labels.png", ("parameters", """{"reduction": "sum"}"""), ("reduction", "mean")));
        Assert.Equal((400, "reduction"), (status, path));
        Assert.Contains("twice", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_left_out()
    {
        (int status, string path, _) = await service.Client.RefusalAsync(Address, StreetScenes.Form("01.png"));
        Assert.Equal((422, "labels"), (status, path));
        using var labels = new MultipartFormDataContent { { StreetScenes.Content("01.labels.png"), "labels", "labels.png" } };
        (status, path, _) = await service.Client.RefusalAsync(Address, labels);
        Assert.Equal((422, "image"), (status, path));
    }

    [Fact]
    public async Task Labels_of_another_size()
    {
        using var form = new MultipartFormDataContent { { StreetScenes.Content("01.png"), "image", "01.png" } };
        form.Add(new ByteArrayContent(Pixels.Gradient(120, 160)), "labels", "labels.png");
        (int status, string path, string message) = await service.Client.RefusalAsync(Address, form);
        Assert.Equal((422, "labels"), (status, path));
        Assert.Contains("120 x 160 pixels (width x height) were found; expected 160 x 120", message, StringComparison.Ordinal);
        Assert.Contains("EXIF", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_colour_that_is_no_class()
    {
        using var form = new MultipartFormDataContent { { StreetScenes.Content("01.png"), "image", "01.png" } };
        form.Add(new ByteArrayContent(Pixels.Gradient(160, 120)), "labels", "labels.png");
        (int status, string path, string message) = await service.Client.RefusalAsync(Address, form);
        Assert.Equal((422, "labels"), (status, path));
        Assert.Contains("row 0, column 1 is #050001", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_as_JPEG()
    {
        (int status, string path, string message) = await service.Client.RefusalAsync(Address, StreetScenes.Form("04.png", "04.jpg"));
        Assert.Equal((415, "labels"), (status, path));
        Assert.Contains("JPEG", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"image": [[[1, 2, 3], [4, 5, 6]]], "labels": [[0, 99]]}""", 422, "labels[0][0][1]", "99 is not a class")]
    [InlineData("""{"image": [[[1, 2, 3], [4, 5, 6]]], "labels": [[0, 1, 2]]}""", 422, "labels", "expected class indices [1, 1, 2]")]
    [InlineData("""{"image": [[[1, 2, 3], [4, 5, 6]]]}""", 422, "labels", "required")]
    [InlineData("""{"labels": [[0, 1]]}""", 422, "image", "required")]
    [InlineData("""{"image": [[[1, 2, 3]]], "labels": [[0]], "reducton": "sum"}""", 400, "reducton", "did you mean \"reduction\"?")]
    public async Task A_JSON_body_that_makes_no_sense(string body, int status, string path, string message)
    {
        (int found, string where, string text) = await service.Client.RefusalAsync(Address, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal((status, path), (found, where));
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_alone_and_an_answer_that_is_not_offered()
    {
        Assert.Equal(415, (await service.Client.RefusalAsync(Address, StreetScenes.Picture(StreetScenes.Read("01.png"), "image/png"))).Status);
        Assert.Equal(406, (await service.Client.RefusalAsync(Address, StreetScenes.Form("01.png", "01.labels.png"), "image/png")).Status);
    }
}
