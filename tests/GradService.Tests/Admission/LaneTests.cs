using GradService.Hosting;
using GradService.Hosting.Admission;

namespace GradService.Tests.Admission;

public sealed class LaneTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_came_first_goes_first()
    {
        var lane = new Lane("large", 1, 10, Long);
        await lane.EnterAsync(Cancellation);
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(_ => lane.EnterAsync(Cancellation).AsTask())];
        for (int next = 0; next < waiting.Length; next++)
        {
            Assert.Equal(waiting.Length - next, lane.QueueLength);
            lane.Leave(TimeSpan.Zero);
            await waiting[next];
            Assert.All(waiting[(next + 1)..], later => Assert.False(later.IsCompleted));
        }

        lane.Leave(TimeSpan.Zero);
        Assert.Equal((0, 0), (lane.Running, lane.QueueLength));
    }

    [Fact]
    public async Task One_more_than_the_queue_holds_is_refused_and_told_when_to_come_again()
    {
        var lane = new Lane("large", 1, 1, Long);
        await lane.EnterAsync(Cancellation);
        Assert.False(lane.IsFull(out _));
        Task waiting = lane.EnterAsync(Cancellation).AsTask();
        Assert.True(lane.IsFull(out _));
        ServiceFullException refusal = await Assert.ThrowsAsync<ServiceFullException>(() => lane.EnterAsync(Cancellation).AsTask());
        Assert.Equal(1, refusal.RetryAfterSeconds);
        lane.Leave(TimeSpan.Zero);
        await waiting;
        Assert.False(lane.IsFull(out _));
    }

    [Fact]
    public async Task Whoever_would_not_get_a_slot_is_told_before_the_body_is_read()
    {
        var gate = new CpuGate(new Lane("small", 1, 0, Long), new Lane("large", 1, 0, Long), smallBytes: 10);
        await gate.Small.EnterAsync(Cancellation);
        using var slot = new CpuSlot(gate);
        Fault? small = slot.Refusal(10);
        Assert.Equal((503, 1), (small!.Status, small.RetryAfterSeconds));
        Assert.Contains("small requests", small.Message, StringComparison.Ordinal);
        Assert.NotNull(slot.Refusal(declared: null));
        Assert.Null(slot.Refusal(11));
        using var ofLongWork = new CpuSlot(gate.ForLongWork);
        Assert.Null(ofLongWork.Refusal(10));
        await gate.Large.EnterAsync(Cancellation);
        Assert.NotNull(ofLongWork.Refusal(10));
        Assert.NotNull(slot.Refusal(11));
    }

    [Fact]
    public async Task Without_a_queue_what_cannot_run_at_once_is_refused()
    {
        var lane = new Lane("large", 1, 0, Long);
        await lane.EnterAsync(Cancellation);
        await Assert.ThrowsAsync<ServiceFullException>(() => lane.EnterAsync(Cancellation).AsTask());
        lane.Leave(TimeSpan.Zero);
        await lane.EnterAsync(Cancellation);
    }

    [Fact]
    public async Task Who_would_wait_too_long_by_what_requests_took_of_late_is_refused_at_once()
    {
        var lane = new Lane("large", 1, 100, TimeSpan.FromSeconds(20));
        await lane.EnterAsync(Cancellation);
        lane.Leave(TimeSpan.FromSeconds(80));
        await lane.EnterAsync(Cancellation);

        // The mean is 10 seconds by now, so one may wait for the one that runs, and a second too, but no third.
        Task first = lane.EnterAsync(Cancellation).AsTask();
        Task second = lane.EnterAsync(Cancellation).AsTask();
        ServiceFullException refusal = await Assert.ThrowsAsync<ServiceFullException>(() => lane.EnterAsync(Cancellation).AsTask());
        Assert.Equal(30, refusal.RetryAfterSeconds);
        Assert.False(first.IsCompleted || second.IsCompleted);
    }

    [Fact]
    public async Task Who_has_waited_too_long_is_refused_and_leaves_the_queue()
    {
        var lane = new Lane("large", 1, 10, TimeSpan.FromMilliseconds(20));
        await lane.EnterAsync(Cancellation);
        await Assert.ThrowsAsync<ServiceFullException>(() => lane.EnterAsync(Cancellation).AsTask());
        Assert.Equal((1, 0), (lane.Running, lane.QueueLength));
        lane.Leave(TimeSpan.Zero);
        Assert.Equal(0, lane.Running);
    }

    [Fact]
    public async Task Who_is_cancelled_leaves_the_queue_and_the_next_is_not_held_up()
    {
        var lane = new Lane("large", 1, 2, Long);
        await lane.EnterAsync(Cancellation);
        using var gone = new CancellationTokenSource();
        Task vanished = lane.EnterAsync(gone.Token).AsTask();
        Task next = lane.EnterAsync(Cancellation).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => vanished);
        Assert.Equal(1, lane.QueueLength);
        lane.Leave(TimeSpan.Zero);
        await next;
        lane.Leave(TimeSpan.Zero);
        Assert.Equal((0, 0), (lane.Running, lane.QueueLength));
    }

    [Fact]
    public async Task Who_has_begun_comes_before_all_that_wait_to_begin()
    {
        var lane = new Lane("large", 1, 1, Long);
        await lane.EnterAsync(Cancellation);
        Task waiting = lane.EnterAsync(Cancellation).AsTask();
        Task returning = lane.ReturnAsync(Cancellation).AsTask();
        lane.Leave(TimeSpan.Zero);
        await returning;
        Assert.False(waiting.IsCompleted);
        lane.Leave(TimeSpan.Zero);
        await waiting;
    }

    [Fact]
    public async Task No_slot_is_lost_or_made_when_many_come_go_and_vanish_at_once()
    {
        const int Slots = 3;
        var lane = new Lane("large", Slots, 8, Long);
        int running = 0;
        int most = 0;
        int refused = 0;
        await Parallel.ForAsync(0, 4000, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancellation }, async (index, _) =>
        {
            using var gone = new CancellationTokenSource();
            try
            {
                ValueTask entering = lane.EnterAsync(gone.Token);
                if (index % 3 == 0)
                {
                    await gone.CancelAsync();
                }

                await entering;
            }
            catch (Exception exception) when (exception is ServiceFullException or OperationCanceledException)
            {
                Interlocked.Increment(ref refused);
                return;
            }

            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            lane.Leave(TimeSpan.Zero);
        });
        Assert.InRange(most, 1, Slots);
        Assert.Equal((0, 0), (lane.Running, lane.QueueLength));
        Assert.InRange(refused, 0, 3999);
    }

    [Fact]
    public async Task Each_that_enters_is_told_of_with_its_wait()
    {
        var lane = new Lane("small", 1, 1, Long);
        var waits = new List<TimeSpan>();
        lane.Entered += waits.Add;
        await lane.EnterAsync(Cancellation);
        Task waiting = lane.EnterAsync(Cancellation).AsTask();
        await Assert.ThrowsAsync<ServiceFullException>(() => lane.EnterAsync(Cancellation).AsTask());
        lane.Leave(TimeSpan.Zero);
        await waiting;
        Assert.Equal(2, waits.Count);
        Assert.Equal(TimeSpan.Zero, waits[0]);
        Assert.True(waits[1] > TimeSpan.Zero);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; value > seen; seen = most)
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
