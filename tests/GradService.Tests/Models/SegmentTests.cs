using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Onnx.Pictures;

namespace GradService.Tests.Models;

public sealed class SegmentTests(ServiceFixture service)
{
    private const string Address = $"{StreetScenes.Address}/segment";
    private const string Picture = "01.png";

    [Theory]
    [InlineData(null, "image/png")]
    [InlineData("*/*", "image/png")]
    [InlineData("image/*", "image/png")]
    [InlineData("application/json", "application/json")]
    [InlineData("image/png;q=0.4, application/json;q=0.5", "application/json")]
    [InlineData("image/webp, */*;q=0.8", "image/png")]
    [InlineData("image/png;q=0, */*", "application/json")]
    public async Task What_is_accepted_decides(string? accept, string expected)
    {
        using HttpResponseMessage answer = await service.Client.SendAsync(Address, StreetScenes.Form(Picture), accept);
        Assert.Equal((HttpStatusCode.OK, expected), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("Accept", answer.Headers.Vary);
    }

    [Fact]
    public async Task Mask_overlay_and_index_picture_show_the_labels_of_the_JSON()
    {
        JsonNode answer = await service.Client.JsonAsync(Address, StreetScenes.Form(Picture));
        (int height, int width) = ((int)answer["height"]!, (int)answer["width"]!);
        int[] labels = [.. answer["labels"]!.AsArray().SelectMany(row => row!.AsArray().Select(label => (int)label!))];
        Assert.Equal(height * width, labels.Length);
        string[] colours = [.. answer["classes"]!.AsArray().Select(known => (string)known!["colour"]!)];

        Pixels mask = Pixels.Of(await BytesAsync("mask"));
        Assert.Equal((height, width), (mask.Height, mask.Width));
        Assert.Equal(labels.Select(label => colours[label]), mask.Colours);
        byte[] index = await BytesAsync("labels");
        Assert.Equal(3, index[25]);
        Assert.Equal(mask.Colours, Pixels.Of(index).Colours);
        Assert.Equal(labels, Pixels.Indices(index));

        Pixels picture = Pixels.Of(StreetScenes.Read(Picture));
        Pixels overlay = Pixels.Of(await BytesAsync("overlay"));
        Assert.Equal(picture.Rgb.Zip(mask.Rgb, (one, other) => (byte)((one + other + 1) / 2)), overlay.Rgb);
    }

    [Fact]
    public async Task Shares_and_run_lengths_are_those_of_the_labels()
    {
        JsonNode answer = await service.Client.JsonAsync(Address, StreetScenes.Form(Picture));
        (int height, int width) = ((int)answer["height"]!, (int)answer["width"]!);
        int[][] rows = [.. answer["labels"]!.AsArray().Select(row => row!.AsArray().Select(label => (int)label!).ToArray())];
        int[] downColumns = [.. Enumerable.Range(0, height * width).Select(at => rows[at % height][at / height])];
        foreach (JsonNode? known in answer["classes"]!.AsArray())
        {
            int pixels = downColumns.Count(label => label == (int)known!["class"]!);
            Assert.Equal(pixels, (int)known!["pixels"]!);
            Assert.Equal((double)pixels / downColumns.Length, (double)known["share"]!);
        }

        Assert.Equal(downColumns.Distinct().Order(), answer["masks"]!.AsArray().Select(mask => (int)mask!["class"]!));
        foreach (JsonNode? mask in answer["masks"]!.AsArray())
        {
            Assert.Equal($"[{height},{width}]", mask!["size"]!.ToJsonString());
            IEnumerable<bool> inside = mask["counts"]!.AsArray().SelectMany((count, run) => Enumerable.Repeat(run % 2 == 1, (int)count!));
            Assert.Equal(downColumns.Select(label => label == (int)mask["class"]!), inside);
        }
    }

    [Fact]
    public async Task A_picture_gives_the_same_labels_as_a_form_a_body_and_a_tensor_and_by_its_version()
    {
        JsonNode form = await service.Client.JsonAsync(Address, StreetScenes.Form(Picture));
        JsonNode body = await service.Client.JsonAsync(Address, StreetScenes.Picture(StreetScenes.Read(Picture), "image/png"));
        JsonNode pinned = await service.Client.JsonAsync($"{StreetScenes.Address}/versions/1/segment", StreetScenes.Form(Picture));
        JsonNode tensor = await service.Client.JsonAsync(Address, Json(Pixels.Of(StreetScenes.Read(Picture)).Tensor));
        Assert.All([body, pinned, tensor], answer => Assert.Equal(form.ToJsonString(), answer.ToJsonString()));
    }

    [Fact]
    public async Task Several_pictures_of_a_tensor_are_answered_one_by_one_in_JSON()
    {
        string tensor = """{"shape": [2, 8, 16, 3], "data": [""" + string.Join(',', Enumerable.Range(0, 768).Select(at => at % 256)) + "]}";
        using HttpResponseMessage answer = await service.Client.SendAsync(Address, Json(tensor));
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        JsonNode batch = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(2, batch["labels"]!.AsArray().Count);
        Assert.Equal([0, 1], batch["masks"]!.AsArray().Select(mask => (int)mask!["image"]!).Distinct());
        Assert.Equal(406, (await service.Client.RefusalAsync(Address, Json(tensor), "image/png")).Status);
    }

    [Theory]
    [InlineData("flat", "\"labels\":{\"shape\":[120,160],\"data\":[")]
    [InlineData("base64", "\"datatype\":\"INT32\",\"base64\":\"")]
    public async Task Labels_come_in_the_form_asked_for(string format, string expected)
    {
        JsonNode answer = await service.Client.JsonAsync($"{Address}?tensor_format={format}", StreetScenes.Form(Picture));
        Assert.Contains(expected, answer.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 200)]
    [InlineData(257, 5)]
    [InlineData(300, 411)]
    public async Task A_picture_of_any_size_is_answered_at_its_size(int width, int height)
    {
        using HttpResponseMessage answer = await service.Client.SendAsync(Address, StreetScenes.Picture(Pixels.Gradient(width, height), "image/jpeg"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Pixels mask = Pixels.Of(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal((width, height), (mask.Width, mask.Height));
    }

    private static StringContent Json(string tensor) => new($$"""{"image": {{tensor}}}""", Encoding.UTF8, "application/json");

    private async Task<byte[]> BytesAsync(string view)
    {
        using HttpResponseMessage answer = await service.Client.SendAsync($"{Address}?view={view}", StreetScenes.Form(Picture));
        Assert.Equal("image/png", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }
}
