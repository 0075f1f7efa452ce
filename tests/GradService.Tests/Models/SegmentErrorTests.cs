using System.Text;

namespace GradService.Tests.Models;

/// <summary>What is wrong with a request to <c>segment</c> is said, each once.</summary>
public sealed class SegmentErrorTests(ServiceFixture service)
{
    private const string Address = $"{StreetScenes.Address}/segment";

    [Theory]
    [InlineData("/v1/models/no-such-model/segment", "There is no model")]
    [InlineData("/v1/models/..%2F..%2Fetc/segment", "There is no model")]
    [InlineData($"{StreetScenes.Address}/versions/99/segment", "has no version 99")]
    [InlineData($"{StreetScenes.Address}/versions/latest/segment", "versions are whole numbers")]
    public async Task A_model_or_version_that_is_not_there(string address, string message)
    {
        (int status, _, string found) = await service.Client.RefusalAsync(address, StreetScenes.Form("01.png"));
        Assert.Equal(404, status);
        Assert.Contains(message, found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GIF89a........", 415, "A GIF file was found")]
    [InlineData("garbage that is no picture", 415, "PNG, JPEG or WebP")]
    [InlineData("", 415, "No bytes were found")]
    public async Task A_body_that_is_no_picture(string body, int status, string message)
    {
        (int found, string path, string text) = await service.Client.RefusalAsync(Address, StreetScenes.Picture(Encoding.ASCII.GetBytes(body), "image/png"));
        Assert.Equal((status, "$"), (found, path));
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_cut_short()
    {
        (int status, string path, string message) = await service.Client.RefusalAsync(Address, StreetScenes.Picture(StreetScenes.Read("01.png")[..5000], "image/png"));
        Assert.Equal((400, "$"), (status, path));
        Assert.Contains("cut short", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_by_the_size_it_declares()
    {
        byte[] bomb = [.. Pixels.Gradient(4, 4)];
        (bomb[16], bomb[17], bomb[20], bomb[21]) = (0, 3, 0, 3);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(29), System.IO.Hashing.Crc32.HashToUInt32(bomb.AsSpan(12, 17)));
        (int status, _, string message) = await service.Client.RefusalAsync(Address, StreetScenes.Picture(bomb, "image/png"));
        Assert.Equal(413, status);
        Assert.Contains("declares 196612 x 196612 pixels", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_media_type()
    {
        (int status, _, string message) = await service.Client.RefusalAsync(Address, new StringContent("x", Encoding.UTF8, "text/plain"));
        Assert.Equal(415, status);
        Assert.Contains("multipart/form-data", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image/jpeg")]
    [InlineData("text/html")]
    public async Task An_answer_that_is_not_offered(string accept)
    {
        (int status, _, string message) = await service.Client.RefusalAsync(Address, StreetScenes.Form("01.png"), accept);
        Assert.Equal(406, status);
        Assert.Contains("image/png or application/json", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?view=overly", "view", "Did you mean overlay?")]
    [InlineData("?tensor_format=csv", "tensor_format", "nested, flat or base64")]
    public async Task A_word_of_the_query_that_is_none(string query, string path, string message)
    {
        (int status, string found, string text) = await service.Client.RefusalAsync(Address + query, StreetScenes.Form("01.png"));
        Assert.Equal((422, path), (status, found));
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file", 400, "did you mean \"image\"?")]
    [InlineData("labels", 400, "There is no member \"labels\" here")]
    public async Task A_field_of_another_name(string name, int status, string message)
    {
        using var form = new MultipartFormDataContent { { StreetScenes.Content("01.png"), name, "01.png" } };
        (int found, string path, string text) = await service.Client.RefusalAsync(Address, form);
        Assert.Equal((status, name), (found, path));
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_picture_or_two()
    {
        using var none = new MultipartFormDataContent { { new StringContent("1"), "image" } };
        Assert.Equal(415, (await service.Client.RefusalAsync(Address, none)).Status);
        MultipartFormDataContent two = StreetScenes.Form("01.png");
        two.Add(StreetScenes.Content("02.png"), "image", "02.png");
        (int status, string path, string message) = await service.Client.RefusalAsync(Address, two);
        Assert.Equal((400, "image"), (status, path));
        Assert.Contains("twice", message, StringComparison.Ordinal);
        Assert.Equal((422, "image"), (await service.Client.RefusalAsync(Address, Json("{}"))) is var refusal ? (refusal.Status, refusal.Path) : default);
    }

    [Theory]
    [InlineData("multipart/form-data", "boundary")]
    [InlineData("multipart/form-data; boundary=x", "no whole multipart/form-data")]
    public async Task A_form_that_is_none(string type, string message)
    {
        var content = new ByteArrayContent("--x\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nabc"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        (int status, _, string text) = await service.Client.RefusalAsync(Address, content);
        Assert.Equal(400, status);
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"image": [[1, 2], [3, 4]]}""", 422, "image", "expected [H, W, 3]")]
    [InlineData("""{"image": [[[1, 2, 3, 4]]]}""", 422, "image", "expected [H, W, 3]")]
    [InlineData("""{"image": {"shape": [0, 4, 3], "data": []}}""", 422, "image", "no pixels")]
    [InlineData("""{"image": [[[1, 2, 3], [4, 256, 6]]]}""", 422, "image[0][1][1]", "256 was found")]
    [InlineData("""{"image": [[[0.5, 2, 3]]]}""", 422, "image[0][0][0]", "0.5")]
    [InlineData("""{"picture": [[[1, 2, 3]]]}""", 400, "picture", "did you mean \"image\"?")]
    [InlineData("""{"image": """, 400, "image", "")]
    public async Task A_tensor_that_is_no_picture(string body, int status, string path, string message)
    {
        (int found, string where, string text) = await service.Client.RefusalAsync(Address, Json(body));
        Assert.Equal((status, path), (found, where));
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_that_is_not_offered()
    {
        using HttpResponseMessage answer = await service.Client.GetAsync(Address, TestContext.Current.CancellationToken);
        Assert.Equal(405, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit()
    {
        using var small = new RunningService(("Limits:MaxRequestBytes", "20000"), ("Onnx:Enabled", "true"));
        (int status, _, string message) = await small.Client.RefusalAsync(Address, StreetScenes.Form("01.png"));
        Assert.Equal(413, status);
        Assert.Contains("Limits:MaxRequestBytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_over_the_memory_of_the_service()
    {
        using var small = new RunningService(("Limits:MaxInFlightBytes", "4000000"), ("Onnx:Enabled", "true"));
        (int status, _, string message) = await small.Client.RefusalAsync(Address, StreetScenes.Picture(Pixels.Gradient(600, 500), "image/png"));
        Assert.Equal(413, status);
        Assert.Contains("at most 250000 pixels", message, StringComparison.Ordinal);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
