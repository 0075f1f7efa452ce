using System.IO.Pipelines;
using GradService.Hosting;
using GradService.Hosting.Admission;
using Microsoft.Extensions.Configuration;

namespace GradService.Tests.Admission;

public sealed class CpuGateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Large_requests_hold_no_slot_of_small_ones()
    {
        CpuGate gate = Gate();
        CpuSlot[] large = [.. Enumerable.Range(0, gate.Large.Slots + gate.Large.QueueLimit).Select(_ => new CpuSlot(gate))];
        Task[] entering = [.. large.Select(slot => slot.EnterAsync(65, Cancellation).AsTask())];
        using var refused = new CpuSlot(gate);
        await Assert.ThrowsAsync<ServiceFullException>(() => refused.EnterAsync(65, Cancellation).AsTask());
        using var small = new CpuSlot(gate);
        Assert.True(small.EnterAsync(64, Cancellation).AsTask().IsCompletedSuccessfully);
        Assert.Equal(1, gate.Small.Running);
        for (int next = 0; next < large.Length; next++)
        {
            await entering[next];
            large[next].Dispose();
        }

        Assert.Equal((0, 0), (gate.Large.Running, gate.Large.QueueLength));
    }

    [Fact]
    public async Task Work_that_may_take_long_goes_through_the_large_lane_however_short_it_is()
    {
        CpuGate gate = Gate();
        using var slot = new CpuSlot(gate.ForLongWork);
        await slot.EnterAsync(0, Cancellation);
        Assert.Equal((0, 1), (gate.Small.Running, gate.Large.Running));
    }

    [Fact]
    public async Task A_slot_is_given_up_once_and_one_never_taken_not_at_all()
    {
        CpuGate gate = Gate();
        var slot = new CpuSlot(gate);
        slot.Dispose();
        Assert.Equal(0, gate.Small.Running);
        await slot.EnterAsync(1, Cancellation);
        slot.Dispose();
        slot.Dispose();
        Assert.Equal(0, gate.Small.Running);
    }

    [Fact]
    public async Task A_slot_is_free_while_the_reader_of_the_answer_is_slow_and_taken_again_before_the_answer_goes_on()
    {
        CpuGate gate = Gate();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 5));
        using var slot = new CpuSlot(gate);
        await slot.EnterAsync(1, Cancellation);
        PipeWriter writer = slot.Writer(pipe.Writer);
        Task<FlushResult> kept = writer.WriteAsync(new byte[20], Cancellation).AsTask();
        await UntilAsync(() => gate.Small.Running == 0);
        Assert.False(kept.IsCompleted);

        // Others hold all slots now, so the answer waits for one of them.
        using var other = new CpuSlot(gate);
        await other.EnterAsync(1, Cancellation);
        ReadResult read = await pipe.Reader.ReadAsync(Cancellation);
        pipe.Reader.AdvanceTo(read.Buffer.End);
        await Task.Delay(50, Cancellation);
        Assert.False(kept.IsCompleted);
        other.Dispose();
        await kept;
        Assert.Equal(1, gate.Small.Running);
    }

    [Fact]
    public async Task A_reader_that_keeps_up_costs_no_slot()
    {
        CpuGate gate = Gate();
        var pipe = new Pipe();
        using var slot = new CpuSlot(gate);
        await slot.EnterAsync(1, Cancellation);
        PipeWriter writer = slot.Writer(pipe.Writer);
        writer.GetSpan(3)[..3].Fill(7);
        writer.Advance(3);
        Assert.True(writer.CanGetUnflushedBytes);
        Assert.Equal(3, writer.UnflushedBytes);
        Assert.True(writer.FlushAsync(Cancellation).AsTask().IsCompletedSuccessfully);
        Assert.Equal(1, gate.Small.Running);
    }

    [Theory]
    [InlineData("Limits:Concurrency", "0", "a whole number from 1 to 1024")]
    [InlineData("Limits:QueueLength", "-1", "a whole number from 0 to 100000")]
    [InlineData("Limits:SmallQueueLength", "many", "a whole number from 0 to 100000")]
    [InlineData("Limits:SmallRequestBytes", "-1", "a whole number from 0 to 2000000000")]
    [InlineData("Limits:QueueSeconds", "0", "a number from 0.01 to 3600")]
    [InlineData("Limits:DrainSeconds", "-1", "a number from 0 to 3600")]
    [InlineData("Limits:ShutdownSeconds", "soon", "a number from 0 to 86400")]
    public void A_wrong_limit_is_named(string name, string value, string expected)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();
        Assert.Equal($"Setting {name} is \"{value}\"; expected {expected}.", Assert.Throws<SettingException>(() => new Limits(configuration)).Message);
    }

    private static CpuGate Gate() => new(new Lane("small", 1, 4, TimeSpan.FromMinutes(10)), new Lane("large", 2, 3, TimeSpan.FromMinutes(10)), 64);

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(5, Cancellation);
        }
    }
}
