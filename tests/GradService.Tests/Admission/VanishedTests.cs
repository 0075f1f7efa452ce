using System.Net;

namespace GradService.Tests.Admission;

/// <summary>Clients that go away, and those that are slow: whatever they held is given back.</summary>
public sealed class VanishedTests
{
    // A billion runs: it ends only where it is stopped.
    private const string Endless = """{"points":[[1,1],[2,1],[1,2],[9,9]],"n_clusters":2,"n_init":1000000000}""";

    [Fact]
    public async Task Gone_in_the_middle_of_the_body()
    {
        using var service = new RunningService();
        var held = new Held(service);
        using var connection = new RawConnection(held.Address);
        await connection.SendAsync(RawConnection.Head(Bodies.Softmax, 1_000_000) + Bodies.Logits(10_000));
        await Held.UntilAsync(() => held.Budget.Taken > 0, "the body is being read");
        Assert.Equal(0, held.Gate.Large.Running);
        connection.Vanish();
        await held.NothingAsync();
    }

    [Fact]
    public async Task Gone_while_waiting_for_the_processor()
    {
        using var service = new RunningService(("Limits:QueueSeconds", "3600"));
        var held = new Held(service);
        await Held.TakeAllAsync(held.Gate.Large);
        using var connection = new RawConnection(held.Address);
        await connection.SendAsync(RawConnection.Head(Bodies.Softmax, Bodies.Large.Length) + Bodies.Large);
        await Held.UntilAsync(() => held.Gate.Large.QueueLength == 1, "the request waits");
        Assert.True(held.Budget.Taken > 0);
        connection.Vanish();
        await Held.UntilAsync(() => held.Gate.Large.QueueLength == 0 && held.Budget.Taken == 0, "the queue is left");
    }

    [Theory]
    [InlineData("/v1/kmeans/fit", Endless, true)]
    [InlineData("/v1/kmeans/fit", Endless, false)]
    [InlineData("/v2/models/kmeans.fit/infer", """{"parameters":{"n_clusters":2,"n_init":1000000000},"inputs":[{"name":"points","datatype":"FP32","shape":[4,2],"data":[1,1,2,1,1,2,9,9]}]}""", false)]
    public async Task Gone_while_the_service_computes(string path, string body, bool abruptly)
    {
        using var service = new RunningService(("Limits:RequestTimeoutSeconds", "3600"));
        var held = new Held(service);
        using var connection = new RawConnection(held.Address);
        await connection.SendAsync(RawConnection.Head(path, body.Length) + body);
        await Held.UntilAsync(() => held.Gate.Large.Running == 1, "the service computes");
        if (abruptly)
        {
            connection.Vanish();
        }
        else
        {
            connection.Dispose();
        }

        await held.NothingAsync();
    }

    [Fact]
    public async Task Gone_in_the_middle_of_the_answer_and_no_slot_held_while_it_is_not_read()
    {
        using var service = new RunningService(("Limits:MinBytesPerSecond", "1"));
        var held = new Held(service);
        using var connection = new RawConnection(held.Address);
        string body = Bodies.Logits(3_000_000);
        await connection.SendAsync(RawConnection.Head(Bodies.Softmax, body.Length) + body);
        await connection.ReadToAsync("\r\n\r\n");

        // Some tens of megabytes fit into no buffer between the two.
        await Held.UntilAsync(() => held.Gate.Large.Running == 0, "the slot is free");
        Assert.True(held.Budget.Taken > 0);
        using HttpResponseMessage other = await service.Client.PostJsonAsync(Bodies.Softmax, Bodies.Large);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        connection.Vanish();
        await held.NothingAsync();
    }

    [Fact]
    public async Task A_sender_that_stops_is_dropped()
    {
        using var service = new RunningService();
        var held = new Held(service);
        using var connection = new RawConnection(held.Address);
        await connection.SendAsync(RawConnection.Head(Bodies.Softmax, 1_000_000) + "{");
        await Held.UntilAsync(() => held.Budget.Taken > 0, "the body is being read");
        await held.NothingAsync();
        string answer = await connection.ReadSomeAsync();
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), answer);
    }

    [Theory]
    [InlineData("Limits:HeadersSeconds", "POST /v1/losses/nll HTTP/1.1\r\nHost: loc")]
    [InlineData("Limits:KeepAliveSeconds", "")]
    [InlineData("Limits:KeepAliveSeconds", "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task A_connection_without_a_request_is_closed(string setting, string begin)
    {
        using var service = new RunningService((setting, "1"));
        using var connection = new RawConnection(service.Client.BaseAddress!);
        await connection.SendAsync(begin);
        while ((await connection.ReadSomeAsync()).Length > 0)
        {
        }
    }

    [Fact]
    public async Task Five_hundred_slow_senders_hold_little_and_keep_nobody_out()
    {
        const int Senders = 500;
        using var service = new RunningService(("Limits:MaxInFlightBytes", "134217728"), ("Limits:MinBytesPerSecond", "1"));
        var held = new Held(service);
        RawConnection[] slow = [.. Enumerable.Range(0, Senders).Select(_ => new RawConnection(held.Address))];
        foreach (RawConnection connection in slow)
        {
            await connection.SendAsync(RawConnection.Head(Bodies.Softmax, 60_000_000) + "{\"logits\":[");
        }

        await Held.UntilAsync(() => held.Budget.Taken >= Senders * 65_536, "all are being read");
        Assert.True(held.Budget.Taken < Senders * 131_072, $"{held.Budget.Taken} bytes are charged");
        using (HttpResponseMessage tiny = await service.Client.PostJsonAsync(Bodies.CrossEntropy, Bodies.Tiny))
        {
            Assert.Equal(HttpStatusCode.OK, tiny.StatusCode);
        }

        using (HttpResponseMessage large = await service.Client.PostJsonAsync(Bodies.Softmax, Bodies.Large))
        {
            Assert.Equal(HttpStatusCode.OK, large.StatusCode);
        }

        Array.ForEach(slow, connection => connection.Vanish());
        await held.NothingAsync();
    }

    [Fact]
    public async Task One_connection_more_than_allowed_is_closed_and_the_others_stay()
    {
        using var service = new RunningService(("Limits:MaxConnections", "3"));
        Uri server = service.Client.BaseAddress!;
        const string Live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

        // The client of the fixture has one open already.
        using var first = new RawConnection(server);
        await first.SendAsync(Live);
        await first.ReadToAsync("{\"live\":true}");
        using var second = new RawConnection(server);
        await second.SendAsync(Live);
        await second.ReadToAsync("{\"live\":true}");
        using var third = new RawConnection(server);
        Assert.Equal(string.Empty, await third.ReadSomeAsync());
        await first.SendAsync(Live);
        await first.ReadToAsync("{\"live\":true}");
    }

    [Theory]
    [InlineData("Limits:MaxConnections", "0", "a whole number from 1 to 1000000")]
    [InlineData("Limits:HeadersSeconds", "0", "a number from 1 to 3600")]
    [InlineData("Limits:KeepAliveSeconds", "x", "a number from 1 to 86400")]
    [InlineData("Limits:MinBytesPerSecond", "-3", "a number from 1 to 1000000000")]
    public void A_wrong_setting_stops_the_start_and_is_named(string name, string value, string expected)
    {
        Exception exception = Assert.ThrowsAny<Exception>(() => new RunningService((name, value)));
        Assert.Contains($"Setting {name} is \"{value}\"; expected {expected}.", exception.ToString(), StringComparison.Ordinal);
    }
}
