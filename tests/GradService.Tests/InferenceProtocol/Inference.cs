using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Infer requests put together by hand, so that every byte of a frame can be chosen, and their answers taken apart.</summary>
internal static class Inference
{
    public const string JsonLength = "Inference-Header-Content-Length";

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Posts JSON alone.</summary>
    public static Task<InferenceReply> InferAsync(this HttpClient client, string model, string json) =>
        client.SendAsync(model, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Posts JSON and the tensors behind it.</summary>
    public static Task<InferenceReply> InferAsync(this HttpClient client, string model, string json, params byte[][] tensors) =>
        client.FrameAsync(model, [.. Encoding.UTF8.GetBytes(json), .. tensors.SelectMany(tensor => tensor)], Encoding.UTF8.GetByteCount(json).ToString(CultureInfo.InvariantCulture));

    /// <summary>Posts any bytes under any header.</summary>
    public static Task<InferenceReply> FrameAsync(this HttpClient client, string model, byte[] body, string? jsonLength)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (jsonLength is not null)
        {
            content.Headers.TryAddWithoutValidation(JsonLength, jsonLength);
        }

        return client.SendAsync(model, content);
    }

    public static async Task<InferenceReply> SendAsync(this HttpClient client, string model, HttpContent content)
    {
        using (content)
        {
            using HttpResponseMessage response = await client.PostAsync($"/v2/models/{model}/infer", content, Cancellation);
            return await InferenceReply.ReadAsync(response);
        }
    }

    public static async Task<InferenceReply> GetReplyAsync(this HttpClient client, string path)
    {
        using HttpResponseMessage response = await client.GetAsync(path, Cancellation);
        return await InferenceReply.ReadAsync(response);
    }
}

/// <summary>An answer: its JSON, and the bytes behind it.</summary>
internal sealed record InferenceReply(int Status, string? ContentType, JsonNode Json, byte[] Tail)
{
    public string Error => Json is JsonObject found && found["error"] is { } error && Json.AsObject().Count == 1
        ? (string)error!
        : throw new Xunit.Sdk.XunitException($"{Status}: {Json.ToJsonString()}");

    public IEnumerable<string> OutputNames => Json["outputs"]!.AsArray().Select(output => (string)output!["name"]!);

    public static async Task<InferenceReply> ReadAsync(HttpResponseMessage response)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync(Inference.Cancellation);
        int length = response.Headers.TryGetValues(Inference.JsonLength, out IEnumerable<string>? values)
            ? int.Parse(values.Single(), CultureInfo.InvariantCulture)
            : body.Length;
        return new InferenceReply(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            JsonNode.Parse(body.AsSpan(0, length))!,
            body[length..]);
    }

    /// <summary>The answer, which must be a good one.</summary>
    public InferenceReply Good()
    {
        Assert.True(Status == 200, $"{Status}: {Json.ToJsonString()}");
        return this;
    }

    public JsonObject Output(string name) => Json["outputs"]!.AsArray().Select(output => output!.AsObject()).Single(output => (string)output["name"]! == name);

    /// <summary>The elements of a JSON output as text, unquoted.</summary>
    public string[] Elements(string name) => [.. Output(name)["data"]!.AsArray().Select(element => element!.ToString())];

    /// <summary>The bytes of a binary output, found by adding up the sizes before it.</summary>
    public byte[] Bytes(string name)
    {
        int at = 0;
        foreach (JsonNode? output in Json["outputs"]!.AsArray())
        {
            int size = (int?)output!["parameters"]?["binary_data_size"] ?? 0;
            if ((string)output["name"]! == name)
            {
                Assert.Null(output["data"]);
                return Tail[at..(at + size)];
            }

            at += size;
        }

        throw new KeyNotFoundException(name);
    }
}
