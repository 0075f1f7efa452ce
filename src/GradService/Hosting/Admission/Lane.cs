using System.Diagnostics;

namespace GradService.Hosting.Admission;

/// <summary>
/// So many slots of the processor and a short queue before them, first come, first served. A request that would wait too long is refused
/// at once instead.
/// </summary>
/// <param name="name">What telemetry calls it: <c>small</c>, <c>large</c>.</param>
/// <param name="slots">How many may run at once.</param>
/// <param name="queueLimit">The most that may wait; one more is refused.</param>
/// <param name="patience">The longest that one may wait, expected or passed.</param>
internal sealed class Lane(string name, int slots, int queueLimit, TimeSpan patience)
{
    // The weight of the newest request in the mean of how long a slot is held.
    private const double Newest = 1.0 / 8;

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private readonly LinkedList<TaskCompletionSource> _returning = new();
    private int _free = slots;
    private double _meanSeconds;

    /// <summary>How long a request waited that has now got its slot. Called on the request's way, so it must be quick.</summary>
    public event Action<TimeSpan>? Entered;

    public string Name => name;

    public int Slots { get; } = slots;

    public int QueueLimit => queueLimit;

    /// <summary>The requests that wait now.</summary>
    public int QueueLength
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>The requests that hold a slot now.</summary>
    public int Running => Slots - Volatile.Read(ref _free);

    /// <summary>Whether one more would not get its turn in time.</summary>
    /// <param name="wait">How long the queue will take, as far as can be said.</param>
    public bool IsFull(out TimeSpan wait)
    {
        lock (_lock)
        {
            wait = ExpectedWait;
            return _free == 0 && (_waiting.Count >= queueLimit || wait > patience);
        }
    }

    /// <summary>Takes a slot, or waits for one.</summary>
    /// <exception cref="ServiceFullException">The queue is full, or the turn has not come in time.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the queue is left.</exception>
    public ValueTask EnterAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource>? waiter;
        lock (_lock)
        {
            if (IsFull(out TimeSpan wait))
            {
                throw new ServiceFullException(name, wait);
            }

            waiter = _free > 0 ? null : _waiting.AddLast(Waiter());
            _free -= waiter is null ? 1 : 0;
        }

        if (waiter is not null)
        {
            return WaitAsync(waiter, cancellation);
        }

        Entered?.Invoke(TimeSpan.Zero);
        return default;
    }

    /// <summary>Takes a slot again for a request that has begun: before all that wait to begin, whatever the queue's length.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask ReturnAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource> waiter;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }

            waiter = _returning.AddLast(Waiter());
        }

        try
        {
            await waiter.Value.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Forget(waiter);
            throw;
        }
    }

    /// <summary>Gives a slot to the next that waits.</summary>
    /// <param name="held">How long it was held.</param>
    public void Leave(TimeSpan held)
    {
        lock (_lock)
        {
            _meanSeconds += Newest * (held.TotalSeconds - _meanSeconds);
        }

        HandOver();
    }

    // What stands before one more: those that wait, and one that it takes the slot from.
    private TimeSpan ExpectedWait => TimeSpan.FromSeconds(_meanSeconds * (_waiting.Count + 1) / Slots);

    private async ValueTask WaitAsync(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        try
        {
            await waiter.Value.Task.WaitAsync(patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Forget(waiter);
            throw new ServiceFullException(name, patience);
        }
        catch
        {
            Forget(waiter);
            throw;
        }

        Entered?.Invoke(Stopwatch.GetElapsedTime(begin));
    }

    // It may have been given a slot at the very moment it went away.
    private void Forget(LinkedListNode<TaskCompletionSource> waiter)
    {
        lock (_lock)
        {
            if (waiter.List is { } queue)
            {
                queue.Remove(waiter);
                return;
            }
        }

        HandOver();
    }

    private void HandOver()
    {
        TaskCompletionSource? next;
        lock (_lock)
        {
            LinkedList<TaskCompletionSource> queue = _returning.Count > 0 ? _returning : _waiting;
            next = queue.First?.Value;
            if (next is null)
            {
                _free++;
                return;
            }

            queue.RemoveFirst();
        }

        next.SetResult();
    }

    // Whoever leaves must not be the one to run the next request.
    private static TaskCompletionSource Waiter() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
