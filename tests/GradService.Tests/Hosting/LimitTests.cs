using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Hosting;

public sealed class LimitTests
{
    private const string Small = """{"logits":[[2,0.5,-1]],"labels":[0]}""";

    [Fact]
    public async Task A_body_over_the_limit_is_413_declared_or_chunked_and_the_service_goes_on()
    {
        using var service = new RunningService(("Limits:MaxRequestBytes", "4096"));
        string large = Small.Replace("0.5", "0." + new string('5', 8000), StringComparison.Ordinal);
        foreach (bool chunked in (bool[])[false, true])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/losses/cross-entropy") { Content = new StringContent(large, Encoding.UTF8, "application/json") };
            request.Headers.TransferEncodingChunked = chunked;
            using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }

        using HttpResponseMessage after = await service.Client.PostJsonAsync("/v1/losses/cross-entropy", Small);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task The_limit_counts_decompressed_bytes(string encoding)
    {
        using var service = new RunningService(("Limits:MaxRequestBytes", "100000"));
        using HttpResponseMessage bomb = await service.Client.SendAsync(Compressed(Small + new string(' ', 5_000_000), encoding), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bomb.StatusCode);
        using HttpResponseMessage fitting = await service.Client.SendAsync(Compressed(Small, encoding), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, fitting.StatusCode);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Answers_are_compressed_when_asked(string encoding)
    {
        using var service = new RunningService();
        string plain = await (await service.Client.PostJsonAsync("/v1/losses/cross-entropy", Small)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/losses/cross-entropy") { Content = new StringContent(Small, Encoding.UTF8, "application/json") };
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
        using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(encoding, Assert.Single(answer.Content.Headers.ContentEncoding));
        await using Stream body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using Stream decompressed = Decompress(body, encoding);
        using var reader = new StreamReader(decompressed);
        Assert.Equal(plain, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Work_over_the_time_limit_is_stopped_with_504()
    {
        using var service = new RunningService(("Limits:RequestTimeoutSeconds", "1"));
        var logits = new StringBuilder("[");
        for (int i = 0; i < 4000; i++)
        {
            logits.Append(i == 0 ? "[" : ",[").AppendJoin(',', Enumerable.Repeat("0.5", 100)).Append(']');
        }

        string body = $$"""{"logits":{{logits}}],"labels":[{{string.Join(',', Enumerable.Repeat(1, 4000))}}]}""";
        using HttpResponseMessage answer = await service.Client.PostJsonAsync("/v1/gradcheck/losses/cross-entropy", body);
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        JsonNode problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.StartsWith("The request took longer than 1 second and was stopped.", (string?)problem["detail"], StringComparison.Ordinal);
        using HttpResponseMessage after = await service.Client.PostJsonAsync("/v1/losses/cross-entropy", Small);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task More_memory_than_the_budget_of_all_requests_is_413()
    {
        using var service = new RunningService(("Limits:MaxInFlightBytes", "1048576"));
        string logits = $"[{string.Join(',', Enumerable.Repeat("0", 300_000))}]";
        using HttpResponseMessage answer = await service.Client.PostJsonAsync("/v1/activations/softmax", $$"""{"logits":{{logits}},"dtype":"FP64"}""");
        Assert.True(answer.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.ServiceUnavailable, answer.StatusCode.ToString());
        using HttpResponseMessage after = await service.Client.PostJsonAsync("/v1/losses/cross-entropy", Small);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Working_memory_of_very_many_classes_is_charged_too()
    {
        // 40,000 classes are 160,000 bytes of logits, and a tile of eight positions of them is 2.6 MB.
        using var service = new RunningService(("Limits:MaxInFlightBytes", "2097152"));
        string logits = $"[{string.Join(',', Enumerable.Repeat("0", 40_000))}]";
        foreach ((string operation, string more) in new[] { ("activations/softmax", string.Empty), ("losses/cross-entropy", ",\"labels\":0"), ("losses/dice", ",\"labels\":0"), ("losses/lovasz-softmax", ",\"labels\":0") })
        {
            using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/{operation}", $$"""{"logits":{{logits}}{{more}}}""");
            Assert.True(answer.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.ServiceUnavailable, $"{operation}: {answer.StatusCode}");
        }

        using HttpResponseMessage after = await service.Client.PostJsonAsync("/v1/losses/cross-entropy", Small);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("Limits:MaxRequestBytes", "-5", "Setting Limits:MaxRequestBytes is \"-5\"; expected a whole number from 1024 to 2000000000.")]
    [InlineData("Limits:RequestTimeoutSeconds", "soon", "Setting Limits:RequestTimeoutSeconds is \"soon\"; expected a whole number from 1 to 86400.")]
    public void A_wrong_setting_stops_the_start_and_is_named(string name, string value, string message)
    {
        Exception exception = Assert.ThrowsAny<Exception>(() => new RunningService((name, value)));
        Assert.Contains(message, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_says_that_the_service_lives_and_is_ready()
    {
        using var service = new RunningService();
        Assert.Equal("""{"live":true}""", await service.Client.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        Assert.Equal("""{"live":true,"ready":true}""", await service.Client.GetStringAsync("/health/ready", TestContext.Current.CancellationToken));
    }

    private static HttpRequestMessage Compressed(string json, string encoding)
    {
        var buffer = new MemoryStream();
        using (Stream compress = encoding switch
        {
            "gzip" => new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
            _ => new BrotliStream(buffer, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            compress.Write(Encoding.UTF8.GetBytes(json));
        }

        var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add(encoding);
        return new HttpRequestMessage(HttpMethod.Post, "/v1/losses/cross-entropy") { Content = content };
    }

    private static Stream Decompress(Stream body, string encoding) => encoding switch
    {
        "gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        _ => new BrotliStream(body, CompressionMode.Decompress),
    };
}
