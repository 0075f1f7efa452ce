using System.Net;
using GradService.Hosting;
using GradService.Numerics.Tensors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace GradService.Tests.Admission;

public sealed class BudgetTests
{
    [Fact]
    public async Task A_body_that_does_not_fit_now_is_refused_before_it_is_sent_and_small_ones_go_on()
    {
        using var service = new RunningService(("Limits:MaxInFlightBytes", "67108864"));
        var held = new Held(service);
        held.Budget.Take(60_000_000);
        using (var connection = new RawConnection(held.Address))
        {
            await connection.SendAsync(RawConnection.Head(Bodies.Softmax, 50_000_000));
            string head = await connection.ReadToAsync("\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 503 ", head, StringComparison.Ordinal);
            Assert.Contains("\r\nRetry-After: 1\r\n", head, StringComparison.Ordinal);
        }

        Assert.Equal(60_000_000, held.Budget.Taken);
        using HttpResponseMessage tiny = await service.Client.PostJsonAsync(Bodies.CrossEntropy, Bodies.Tiny);
        Assert.Equal(HttpStatusCode.OK, tiny.StatusCode);
        held.Budget.Return(60_000_000);
        using HttpResponseMessage large = await service.Client.PostJsonAsync(Bodies.Softmax, Bodies.Large);
        Assert.Equal(HttpStatusCode.OK, large.StatusCode);
        await held.NothingAsync();
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(65_536, true)]
    [InlineData(65_537, true)]
    [InlineData(5_000_000, true)]
    [InlineData(5_000_000, false)]
    public async Task Memory_is_charged_before_it_is_taken_and_for_no_more_than_eight_times_what_has_come(int length, bool declared)
    {
        var budget = new MemoryBudget(100_000_000);
        using var scope = new TensorScope(budget);
        byte[] sent = new byte[length];
        new Random(5).NextBytes(sent);
        var body = new WatchedStream(sent, (into, given) =>
        {
            Assert.True(budget.Taken >= given + into, "The memory read into is charged.");
            Assert.True(budget.Taken <= Math.Max(8L * (given + 1), 8 * 65_536), $"{budget.Taken} bytes are charged for {given}.");
        });
        var context = new DefaultHttpContext();
        context.Request.Body = body;
        context.Request.ContentLength = declared ? length : null;
        Memory<byte> read = await BodyReader.ReadAsync(context, scope, new Limits(new ConfigurationBuilder().Build()));
        Assert.True(sent.AsSpan().SequenceEqual(read.Span));
        if (declared)
        {
            Assert.Equal(length, budget.Taken);
        }
    }

    [Fact]
    public async Task A_body_that_grows_past_the_budget_is_refused_and_gives_all_back()
    {
        var budget = new MemoryBudget(1_000_000);
        using (var scope = new TensorScope(budget))
        {
            var context = new DefaultHttpContext();
            context.Request.Body = new MemoryStream(new byte[2_000_000]);
            await Assert.ThrowsAsync<MemoryBudgetException>(() => BodyReader.ReadAsync(context, scope, new Limits(new ConfigurationBuilder().Build())).AsTask());
        }

        Assert.Equal(0, budget.Taken);
    }

    [Fact]
    public void The_budget_is_half_of_what_the_process_may_use() =>
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, new Limits(new ConfigurationBuilder().Build()).MaxInFlightBytes);

    /// <summary>Tells of each read: how much room it has, and how much has been given before.</summary>
    private sealed class WatchedStream(byte[] content, Action<int, long> reading) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            reading(buffer.Length, Position);
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
