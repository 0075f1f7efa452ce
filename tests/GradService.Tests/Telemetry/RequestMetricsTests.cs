using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using GradService.Numerics.Tensors;
using GradService.Operations;
using GradService.Tests.InferenceProtocol;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Telemetry;

/// <summary>What requests are counted as.</summary>
public sealed class RequestMetricsTests
{
    private const string Small = """{"logits":[[2,0.5,-1]],"labels":[0]}""";
    private const string Requests = "gradservice_requests_total";
    private const string Failures = "gradservice_request_failures_total";

    [Fact]
    public async Task Requests_are_counted_by_door_operation_and_status()
    {
        using var service = new RunningService();
        await PostAsync(service, "/v1/losses/cross-entropy", Small, 200);
        await PostAsync(service, "/v1/losses/cross-entropy", Small, 200);
        await PostAsync(service, "/v1/losses/cross-entropy", "{", 400);
        await PostAsync(service, "/v1/gradcheck/losses/cross-entropy", Small, 200);
        await PostAsync(service, "/v2/models/losses.cross_entropy/infer", Tensors, 200);
        await PostAsync(service, "/v2/models/losses.cross_entropy/versions/1/infer", Tensors, 200);
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Requests) == 6);
        const string Operation = "losses/cross-entropy";
        Assert.Equal(2, scrape.Sum(Requests, ("door", "rest"), ("operation", Operation), ("status", "200")));
        Assert.Equal(1, scrape.Sum(Requests, ("door", "rest"), ("operation", Operation), ("status", "400")));
        Assert.Equal(1, scrape.Sum(Requests, ("door", "gradcheck"), ("operation", Operation), ("status", "200")));
        Assert.Equal(2, scrape.Sum(Requests, ("door", "inference_protocol"), ("operation", Operation), ("status", "200")));
        Assert.Equal(3, scrape.Sum("gradservice_request_duration_seconds_count", ("door", "rest"), ("operation", Operation)));
        Assert.Equal(5, scrape.Sum("gradservice_compute_duration_seconds_count", ("operation", Operation)));
        Assert.True(scrape.Sum("gradservice_compute_duration_seconds_sum") < scrape.Sum("gradservice_request_duration_seconds_sum"));
        Assert.Equal(1, scrape.Sum(Failures));
        Assert.Equal(1, scrape.Sum(Failures, ("door", "rest"), ("operation", Operation), ("reason", "OTHER")));
        Assert.Equal(0, scrape.Sum("gradservice_requests_in_flight"));
        Assert.Equal(0, scrape.Sum("gradservice_in_flight_bytes"));
    }

    [Fact]
    public async Task Elements_and_bytes_are_counted_both_ways()
    {
        using var service = new RunningService();
        string answer = await PostAsync(service, "/v1/losses/cross-entropy", Small, 200);
        await PostAsync(service, "/v2/models/losses.cross_entropy/infer", Tensors, 200);
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Requests) == 2);
        Assert.Equal(Small.Length, scrape.Sum("gradservice_request_body_bytes_total", ("door", "rest")));
        Assert.Equal(answer.Length, scrape.Sum("gradservice_response_body_bytes_total", ("door", "rest")));
        Assert.Equal(4, scrape.Sum("gradservice_request_elements_total", ("door", "rest")));
        Assert.Equal(5, scrape.Sum("gradservice_response_elements_total", ("door", "rest")));
        Assert.Equal(Tensors.Length, scrape.Sum("gradservice_request_body_bytes_total", ("door", "inference_protocol")));
        Assert.Equal(4, scrape.Sum("gradservice_request_elements_total", ("door", "inference_protocol")));
        Assert.Equal(6, scrape.Sum("gradservice_response_elements_total", ("door", "inference_protocol")));
    }

    [Fact]
    public async Task Bytes_are_those_on_the_wire_where_bodies_are_compressed_or_come_in_chunks()
    {
        using var service = new RunningService();
        string padded = Small + new string(' ', 50_000);
        byte[] compressed = Gzip(padded);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/activations/softmax-jacobian") { Content = new ByteArrayContent(Gzip($$"""{"logits":[{{string.Join(',', Enumerable.Repeat("0", 100))}}]}""")) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
        long sent = request.Content.Headers.ContentLength!.Value;
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1/losses/cross-entropy") { Content = new StringContent(padded, Encoding.UTF8, "application/json") };
        chunked.Headers.TransferEncodingChunked = true;
        (await service.Client.SendAsync(chunked, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode().Dispose();
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Requests) == 2);
        Assert.True(compressed.Length < padded.Length / 10);
        Assert.Equal(sent, scrape.Sum("gradservice_request_body_bytes_total", ("operation", "activations/softmax-jacobian")));
        Assert.Equal(body.Length, scrape.Sum("gradservice_response_body_bytes_total", ("operation", "activations/softmax-jacobian")));
        Assert.Equal(10_000, scrape.Sum("gradservice_response_elements_total", ("operation", "activations/softmax-jacobian")));
        Assert.Equal(padded.Length, scrape.Sum("gradservice_request_body_bytes_total", ("operation", "losses/cross-entropy")));
    }

    [Fact]
    public async Task Nothing_that_a_caller_makes_up_becomes_a_label()
    {
        using var folder = new ModelFolder();
        using var service = new RunningService(folder.Settings());
        foreach (string made in (string[])["/v1/made-up/operation", "/v1/gradcheck/made-up", "/v1/models/made-up/segment", "/v2/models/made-up/infer", "/v2/made-up"])
        {
            await PostAsync(service, made, "{}", null);
        }

        using var get = new HttpRequestMessage(new HttpMethod("MADE-UP"), "/v1/losses/cross-entropy");
        (await service.Client.SendAsync(get, TestContext.Current.CancellationToken)).Dispose();
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Requests) == 6);
        Assert.Equal(6, scrape.Sum(Requests, ("operation", "unknown")));
        string[] known = [.. new OperationCatalog().All.Select(operation => operation.Name), "models/segment", "models/evaluate", "models/infer", "unknown"];
        Assert.Subset(known.ToHashSet(), scrape.ValuesOf("operation").ToHashSet());
        Assert.Equal(["gradcheck", "inference_protocol", "rest"], scrape.ValuesOf("door"));
    }

    [Fact]
    public async Task Probes_pages_and_scrapes_are_not_counted()
    {
        using var service = new RunningService();
        foreach (string path in (string[])["/health/live", "/health/ready", "/v2/health/live", "/v2/health/ready", "/v2/models/losses.nll/ready", "/metrics", "/", "/swagger/v1/swagger.json"])
        {
            (await service.Client.GetAsync(path, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode().Dispose();
        }

        await PostAsync(service, "/v1/losses/cross-entropy", Small, 200);
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Requests) > 0);
        Assert.Equal(1, scrape.Sum(Requests));
    }

    [Fact]
    public async Task Requests_that_find_the_memory_full_are_rejected()
    {
        using var service = new RunningService(("Limits:MaxInFlightBytes", "1048576"));
        var budget = service.Services.GetRequiredService<MemoryBudget>();
        budget.Take(1_048_570);
        await PostAsync(service, "/v1/losses/cross-entropy", Small, 503);
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Failures) == 1);
        Assert.Equal(1, scrape.Sum(Failures, ("door", "rest"), ("operation", "losses/cross-entropy"), ("reason", "REJECTED")));
        Assert.Equal(1_048_570, scrape.Sum("gradservice_in_flight_bytes"));
        Assert.Equal(1_048_576, scrape.Sum("gradservice_in_flight_limit_bytes"));
        budget.Return(1_048_570);
        await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_in_flight_bytes") == 0);
    }

    [Fact]
    public async Task Work_over_its_time_is_canceled()
    {
        using var service = new RunningService(("Limits:RequestTimeoutSeconds", "1"));
        await PostAsync(service, "/v1/gradcheck/losses/cross-entropy", Slow(), 504);
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Failures) == 1);
        Assert.Equal(1, scrape.Sum(Failures, ("door", "gradcheck"), ("operation", "losses/cross-entropy"), ("reason", "CANCELED")));
        Assert.Equal(1, scrape.Sum(Requests, ("status", "504")));
    }

    [Fact]
    public async Task A_caller_who_leaves_during_the_work_is_counted_as_499()
    {
        using var service = new RunningService();
        using var leaving = new CancellationTokenSource();
        Task<HttpResponseMessage> asked = service.Client.PostAsync("/v1/gradcheck/losses/cross-entropy", new StringContent(Slow(), Encoding.UTF8, "application/json"), leaving.Token);
        await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_requests_in_flight", ("door", "gradcheck")) == 1 && scrape.Sum("gradservice_in_flight_bytes") > 1_000_000);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await OneLeftAsync(service, "gradcheck");
    }

    [Fact]
    public async Task A_caller_who_leaves_while_sending_is_counted_as_499()
    {
        using var service = new RunningService();
        using (TcpClient caller = await SendAsync(service, "POST /v1/losses/cross-entropy HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"logits\":"))
        {
            await Scrape.UntilAsync(service.Client, scrape => scrape.Sum("gradservice_requests_in_flight", ("door", "rest")) == 1);
        }

        await OneLeftAsync(service, "rest");
    }

    [Fact]
    public async Task A_caller_who_leaves_while_being_answered_is_counted_as_499()
    {
        // Far more than the buffers of a connection hold.
        using var service = new RunningService();
        string body = $$"""{"logits":[{{string.Join(',', Enumerable.Repeat("0.5", 2000))}}]}""";
        using (TcpClient caller = await SendAsync(service, $"POST /v1/activations/softmax-jacobian HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"))
        {
            Assert.True(await caller.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken) == 1);
        }

        await OneLeftAsync(service, "rest");
    }

    [Fact]
    public async Task Defects_begin_at_0_so_that_the_first_is_an_increase()
    {
        using var service = new RunningService();
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Has(Requests));
        Assert.All(new OperationCatalog().All, operation => Assert.All((string[])["rest", "inference_protocol"], door =>
            Assert.True(scrape.Has(Requests, ("door", door), ("operation", operation.Name), ("status", "500")), $"{door} {operation.Name}")));
        Assert.True(scrape.Has(Requests, ("door", "gradcheck"), ("operation", "losses/nll"), ("status", "500")));
        Assert.True(scrape.Has(Requests, ("door", "rest"), ("operation", "models/segment"), ("status", "500")));
        Assert.Equal(0, scrape.Sum(Requests));
    }

    [Fact]
    public async Task Two_services_in_one_process_are_counted_apart()
    {
        using var one = new RunningService();
        using var other = new RunningService();
        await PostAsync(one, "/v1/losses/cross-entropy", Small, 200);
        await PostAsync(other, "/v1/losses/nll", """{"log_probs":[[-1,-2]],"labels":[0]}""", 200);
        Scrape first = await Scrape.UntilAsync(one.Client, scrape => scrape.Sum(Requests) > 0);
        Scrape second = await Scrape.UntilAsync(other.Client, scrape => scrape.Sum(Requests) > 0);
        Assert.Equal((1, 1), (first.Sum(Requests), second.Sum(Requests)));
        Assert.Equal(1, first.Sum(Requests, ("operation", "losses/cross-entropy")));
        Assert.Equal(1, second.Sum(Requests, ("operation", "losses/nll")));
    }

    private const string Tensors = """{"inputs":[{"name":"logits","datatype":"FP32","shape":[1,3],"data":[1,2,3]},{"name":"labels","datatype":"INT32","shape":[1],"data":[0]}]}""";

    private static async Task<string> PostAsync(RunningService service, string path, string json, int? status)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(path, json);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status is null || status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        return text;
    }

    private static async Task OneLeftAsync(RunningService service, string door)
    {
        Scrape scrape = await Scrape.UntilAsync(service.Client, scrape => scrape.Sum(Requests) == 1);
        Assert.Equal(1, scrape.Sum(Requests, ("door", door), ("status", "499")));
        Assert.Equal(1, scrape.Sum(Failures, ("door", door), ("reason", "CANCELED")));
        Assert.Equal(0, scrape.Sum("gradservice_requests_in_flight"));
    }

    private static async Task<TcpClient> SendAsync(RunningService service, string text)
    {
        var caller = new TcpClient();
        await caller.ConnectAsync(IPAddress.Loopback, service.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
        return caller;
    }

    private static string Slow()
    {
        string row = $"[{string.Join(',', Enumerable.Repeat("0.5", 100))}]";
        return $$"""{"logits":[{{string.Join(',', Enumerable.Repeat(row, 4000))}}],"labels":[{{string.Join(',', Enumerable.Repeat(1, 4000))}}]}""";
    }

    private static byte[] Gzip(string text)
    {
        var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return buffer.ToArray();
    }
}
