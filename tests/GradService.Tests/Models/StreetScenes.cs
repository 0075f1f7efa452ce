using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace GradService.Tests.Models;

/// <summary>The shipped model's held-out pictures, and the figures that its training script saw on them.</summary>
internal static class StreetScenes
{
    public const string Address = "/v1/models/street-scenes";

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Models", "street-scenes");

    public static JsonNode Figures { get; } = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "figures.json")))!;

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static ByteArrayContent Content(string name) => new(Read(name));

    public static MultipartFormDataContent Form(string image, string? labels = null, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent { { Content(image), "image", image } };
        if (labels is not null)
        {
            form.Add(Content(labels), "labels", labels);
        }

        foreach ((string name, string value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        return form;
    }

    public static async Task<JsonNode> JsonAsync(this HttpClient client, string address, HttpContent content)
    {
        using HttpResponseMessage answer = await client.SendAsync(address, content, "application/json");
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text[..Math.Min(500, text.Length)]}");
        return JsonNode.Parse(text)!;
    }

    public static async Task<HttpResponseMessage> SendAsync(this HttpClient client, string address, HttpContent content, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends what must be refused, and returns the status, the path and the message.</summary>
    public static async Task<(int Status, string Path, string Message)> RefusalAsync(this HttpClient client, string address, HttpContent content, string? accept = null)
    {
        using HttpResponseMessage answer = await client.SendAsync(address, content, accept);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        JsonNode problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        (string path, JsonNode? messages) = Assert.Single(problem["errors"]!.AsObject());
        return ((int)answer.StatusCode, path, (string)messages![0]!);
    }

    public static ByteArrayContent Picture(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }
}
