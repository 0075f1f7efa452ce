namespace GradService.Hosting.Admission;

/// <summary>
/// Who may compute. Small requests have a lane with slots and a queue of its own, so that large ones can neither hold all slots nor stand
/// before them in the queue.
/// </summary>
internal sealed class CpuGate
{
    private readonly long _smallBytes;

    /// <summary>A gate with two lanes.</summary>
    /// <param name="small">The lane of bodies of at most <paramref name="smallBytes"/>.</param>
    /// <param name="large">The lane of all others.</param>
    /// <param name="smallBytes">The most bytes of a small body.</param>
    public CpuGate(Lane small, Lane large, long smallBytes)
    {
        Small = small;
        Large = large;
        _smallBytes = smallBytes;
        ForLongWork = smallBytes < 0 ? this : new CpuGate(small, large, -1);
    }

    public Lane Small { get; }

    public Lane Large { get; }

    /// <summary>The same gate for work that may take long however short its request is: all of it goes through the large lane.</summary>
    public CpuGate ForLongWork { get; }

    /// <summary>The gate that the limits describe.</summary>
    public static CpuGate Of(Limits limits)
    {
        var patience = TimeSpan.FromSeconds(limits.QueueSeconds);
        return new CpuGate(
            new Lane("small", limits.Concurrency, limits.SmallQueueLength, patience),
            new Lane("large", limits.Concurrency, limits.QueueLength, patience),
            limits.SmallRequestBytes);
    }

    /// <summary>The lane of a body.</summary>
    /// <param name="bytes">Its length, decompressed.</param>
    public Lane LaneOf(long bytes) => bytes <= _smallBytes ? Small : Large;
}
