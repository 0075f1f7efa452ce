using System.Diagnostics;
using System.IO.Pipelines;

namespace GradService.Hosting.Admission;

/// <summary>One request's way through the gate. Given up when disposed.</summary>
/// <param name="gate">The gate.</param>
internal sealed class CpuSlot(CpuGate gate) : IDisposable
{
    private Lane? _lane;
    private bool _isHeld;
    private long _since;

    /// <summary>
    /// What a request is refused with before its body is read, where it could not be computed with in time; null where it may come. While
    /// the service is full most of what it does is to refuse, so that is done without an exception.
    /// </summary>
    /// <param name="declared">The length of the body; null where only its end will tell.</param>
    public Fault? Refusal(long? declared)
    {
        Lane lane = gate.LaneOf(declared ?? 0);
        return lane.IsFull(out TimeSpan wait) ? Fault.Of(new ServiceFullException(lane.Name, wait)) : null;
    }

    /// <summary>Refuses a body that has turned out to be a large one before it is read on.</summary>
    /// <param name="bytes">As many bytes as it is known to have.</param>
    /// <exception cref="ServiceFullException">It is a large one, and their lane is full.</exception>
    public void RefuseIfFull(long bytes)
    {
        if (gate.LaneOf(bytes) == gate.Large && gate.Large.IsFull(out TimeSpan wait))
        {
            throw new ServiceFullException(gate.Large.Name, wait);
        }
    }

    /// <summary>Takes the slot. The body has been read by now, for a slow sender must not hold one.</summary>
    /// <param name="bytes">The bytes of the body.</param>
    /// <param name="cancellation">Leaves the queue.</param>
    /// <exception cref="ServiceFullException">Its lane is full.</exception>
    public ValueTask EnterAsync(long bytes, CancellationToken cancellation)
    {
        _lane = gate.LaneOf(bytes);
        return TakenAsync(_lane.EnterAsync(cancellation));
    }

    /// <summary>A writer of the answer that gives the slot up while the reader keeps it waiting.</summary>
    public PipeWriter Writer(PipeWriter answer) => new SlotWriter(answer, this);

    /// <summary>Gives the slot up for a while.</summary>
    public void Leave()
    {
        if (_isHeld)
        {
            _isHeld = false;
            _lane!.Leave(Stopwatch.GetElapsedTime(_since));
        }
    }

    /// <summary>Takes it again.</summary>
    public ValueTask ReturnAsync(CancellationToken cancellation) => TakenAsync(_lane!.ReturnAsync(cancellation));

    public void Dispose() => Leave();

    private ValueTask TakenAsync(ValueTask taking)
    {
        if (!taking.IsCompletedSuccessfully)
        {
            return WaitedAsync(taking);
        }

        Take();
        return default;
    }

    private async ValueTask WaitedAsync(ValueTask taking)
    {
        await taking.ConfigureAwait(false);
        Take();
    }

    private void Take()
    {
        _isHeld = true;
        _since = Stopwatch.GetTimestamp();
    }
}
