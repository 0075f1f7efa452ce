namespace GradService.Onnx.Running;

/// <summary>Counts who holds a thing that must not end under its holders, and ends it when the last has let go. Begins with one holder.</summary>
/// <param name="end">Ends the thing. Called once.</param>
internal sealed class Lifetime(Action end)
{
    private int _holders = 1;

    /// <summary>Takes hold, unless the thing has ended.</summary>
    public bool TryHold()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int found = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (found == holders)
            {
                return true;
            }

            holders = found;
        }

        return false;
    }

    /// <summary>Lets go. As often as held, and once for the beginning.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            end();
        }
    }
}
