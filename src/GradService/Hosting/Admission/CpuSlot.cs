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

    /// <summary>Refuses a large body before it is read, or read on, where it could not be computed with in time.</summary>
    /// <param name="bytes">As many bytes as it is known to have.</param>
    /// <exception cref="ServiceFullException">It is a large one, and their lane is full.</exception>
    public void RefuseIfFull(long bytes)
    {
        if (gate.LaneOf(bytes) == gate.Large)
        {
            gate.Large.RefuseIfFull();
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
