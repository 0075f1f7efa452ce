using System.IO.Pipelines;

namespace GradService.Hosting.Admission;

/// <summary>Writes an answer, and holds no slot of the processor while its reader is slow.</summary>
internal sealed class SlotWriter(PipeWriter answer, CpuSlot slot) : PipeWriter
{
    /// <summary>A reader that keeps up takes far less; giving the slot up for it would only let answers pile up half written.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    public override bool CanGetUnflushedBytes => answer.CanGetUnflushedBytes;

    public override long UnflushedBytes => answer.UnflushedBytes;

    public override void Advance(int bytes) => answer.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => answer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => answer.GetSpan(sizeHint);

    public override void CancelPendingFlush() => answer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => answer.Complete(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        SentAsync(answer.FlushAsync(cancellationToken), cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        SentAsync(answer.WriteAsync(source, cancellationToken), cancellationToken);

    private ValueTask<FlushResult> SentAsync(ValueTask<FlushResult> sending, CancellationToken cancellation) =>
        sending.IsCompleted ? sending : WaitAsync(sending.AsTask(), cancellation);

    private async ValueTask<FlushResult> WaitAsync(Task<FlushResult> sending, CancellationToken cancellation)
    {
        await ((Task)sending).WaitAsync(Patience, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (sending.IsCompleted)
        {
            return await sending.ConfigureAwait(false);
        }

        slot.Leave();
        FlushResult result = await sending.ConfigureAwait(false);
        await slot.ReturnAsync(cancellation).ConfigureAwait(false);
        return result;
    }
}
