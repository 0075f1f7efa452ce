using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Admission;

/// <summary>What callers see when the processor is busy: its slots are taken by the test itself, so that nothing depends on time.</summary>
public sealed class OverloadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Large_requests_are_refused_with_503_when_the_queue_is_full_and_tiny_ones_go_on()
    {
        using var service = new RunningService(("Limits:QueueLength", "0"));
        var held = new Held(service);
        await Held.TakeAllAsync(held.Gate.Large);

        using HttpResponseMessage rest = await service.Client.PostJsonAsync(Bodies.Softmax, Bodies.Large);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, rest.StatusCode);
        Assert.Equal("application/problem+json", rest.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(rest.Headers.RetryAfter?.Delta);
        Assert.StartsWith("The service is busy", (string?)JsonNode.Parse(await rest.Content.ReadAsStringAsync(Cancellation))!["detail"], StringComparison.Ordinal);

        using HttpResponseMessage infer = await service.Client.PostJsonAsync("/v2/models/activations.softmax/infer", Bodies.LargeInfer);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, infer.StatusCode);
        Assert.NotNull(infer.Headers.RetryAfter?.Delta);
        Assert.StartsWith("The service is busy", (string?)JsonNode.Parse(await infer.Content.ReadAsStringAsync(Cancellation))!["error"], StringComparison.Ordinal);

        // A gradient check takes long however short it is.
        using HttpResponseMessage check = await service.Client.PostJsonAsync("/v1/gradcheck/losses/cross-entropy", Bodies.Tiny);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, check.StatusCode);

        using HttpResponseMessage tiny = await service.Client.PostJsonAsync(Bodies.CrossEntropy, Bodies.Tiny);
        Assert.Equal(HttpStatusCode.OK, tiny.StatusCode);
        using HttpResponseMessage tinyInfer = await service.Client.PostJsonAsync("/v2/models/losses.cross_entropy/infer", Bodies.TinyInfer);
        Assert.Equal(HttpStatusCode.OK, tinyInfer.StatusCode);
        Assert.Equal(0, held.Budget.Taken);

        held.Gate.Large.Leave(TimeSpan.Zero);
        using HttpResponseMessage after = await service.Client.PostJsonAsync(Bodies.Softmax, Bodies.Large);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Small_requests_are_refused_when_their_own_queue_is_full()
    {
        using var service = new RunningService(("Limits:SmallQueueLength", "0"));
        var held = new Held(service);
        await Held.TakeAllAsync(held.Gate.Small);
        using HttpResponseMessage tiny = await service.Client.PostJsonAsync(Bodies.CrossEntropy, Bodies.Tiny);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, tiny.StatusCode);
        Assert.NotNull(tiny.Headers.RetryAfter?.Delta);
        using HttpResponseMessage large = await service.Client.PostJsonAsync(Bodies.Softmax, Bodies.Large);
        Assert.Equal(HttpStatusCode.OK, large.StatusCode);
    }

    [Fact]
    public async Task A_large_body_is_refused_before_it_is_sent()
    {
        using var service = new RunningService(("Limits:QueueLength", "0"));
        var held = new Held(service);
        await Held.TakeAllAsync(held.Gate.Large);
        using var connection = new RawConnection(held.Address);
        await connection.SendAsync(RawConnection.Head(Bodies.Softmax, 50_000_000));
        string head = await connection.ReadToAsync("\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: ", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_refused_once_it_is_no_small_one()
    {
        using var service = new RunningService(("Limits:QueueLength", "0"));
        var held = new Held(service);
        await Held.TakeAllAsync(held.Gate.Large);
        using var connection = new RawConnection(held.Address);
        await connection.SendAsync($"POST {Bodies.Softmax} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        string some = new(' ', 150_000);
        await connection.SendAsync(string.Create(CultureInfo.InvariantCulture, $"{some.Length:x}\r\n{some}\r\n"));
        Assert.StartsWith("HTTP/1.1 503 ", await connection.ReadToAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunked_and_compressed_bodies_take_the_lane_of_what_they_hold()
    {
        using var service = new RunningService(("Limits:QueueLength", "0"));
        var held = new Held(service);
        await Held.TakeAllAsync(held.Gate.Large);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, Bodies.CrossEntropy) { Content = new StringContent(Bodies.Tiny, Encoding.UTF8, "application/json") };
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage tiny = await service.Client.SendAsync(chunked, Cancellation);
        Assert.Equal(HttpStatusCode.OK, tiny.StatusCode);
        using HttpResponseMessage compressed = await service.Client.SendAsync(Compressed(Bodies.CrossEntropy, Bodies.Tiny), Cancellation);
        Assert.Equal(HttpStatusCode.OK, compressed.StatusCode);

        // A few hundred bytes on the wire, and large all the same.
        using HttpResponseMessage large = await service.Client.SendAsync(Compressed(Bodies.Softmax, Bodies.Large), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, large.StatusCode);
        Assert.Equal(0, held.Budget.Taken);
    }

    [Fact]
    public async Task Who_waits_gets_its_turn()
    {
        using var service = new RunningService(("Limits:QueueSeconds", "3600"));
        var held = new Held(service);
        await Held.TakeAllAsync(held.Gate.Large);
        Task<HttpResponseMessage> waiting = service.Client.PostJsonAsync(Bodies.Softmax, Bodies.Large);
        await Held.UntilAsync(() => held.Gate.Large.QueueLength == 1, "the request waits");
        held.Gate.Large.Leave(TimeSpan.Zero);
        using HttpResponseMessage answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static HttpRequestMessage Compressed(string path, string json)
    {
        var buffer = new MemoryStream();
        using (var compress = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
        {
            compress.Write(Encoding.UTF8.GetBytes(json));
        }

        var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        return new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
    }
}
