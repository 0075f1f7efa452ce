namespace GradService.Numerics.Tensors;

/// <summary>How many bytes all scopes together may hold. Taken before memory is, so that a limit is a limit.</summary>
/// <param name="limit">The most bytes out at any moment.</param>
public sealed class MemoryBudget(long limit)
{
    private long _taken;
    private long _times;

    /// <summary>A budget that never refuses.</summary>
    public static MemoryBudget Unlimited => new(long.MaxValue);

    /// <summary>The most bytes out at any moment.</summary>
    public long Limit => limit;

    /// <summary>The bytes out now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Changes whenever bytes are taken: what stands still is idle. Not a count, as it is raised without a lock.</summary>
    public long Times => Volatile.Read(ref _times);

    /// <summary>Takes bytes, or refuses and takes none.</summary>
    /// <param name="bytes">At least 0.</param>
    /// <exception cref="MemoryBudgetException">The bytes would pass the limit.</exception>
    public void Take(long bytes)
    {
        _times++;
        long after = Interlocked.Add(ref _taken, bytes);
        if (after > limit)
        {
            Interlocked.Add(ref _taken, -bytes);
            throw new MemoryBudgetException(bytes, limit);
        }
    }

    /// <summary>Gives bytes back.</summary>
    /// <param name="bytes">What was taken.</param>
    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}

/// <summary>The budget has no room for what was asked; it may have later.</summary>
/// <param name="asked">The bytes asked for.</param>
/// <param name="limit">The budget's limit.</param>
public sealed class MemoryBudgetException(long asked, long limit)
    : Exception($"{asked} bytes were asked for, and the budget of {limit} bytes for all requests in flight has not so many left.")
{
    /// <summary>The bytes asked for.</summary>
    public long Asked => asked;

    /// <summary>The budget's limit.</summary>
    public long Limit => limit;
}
