namespace GradService.Numerics.Similarity;

/// <summary>
/// Where a kernel's taps find their values along one axis of a window that is copied out of the input: tap t at output position y reads
/// place <c>Places[t] + y</c>, whatever the stride. Taps whose values overlap share a run of places; runs that the taps do not reach are
/// never stored, so that neither a wide stride nor a wide dilation costs memory.
/// </summary>
internal sealed class TapRuns
{
    private TapRuns(int[] places, Run[] runs, int length)
    {
        Places = places;
        Runs = runs;
        Length = length;
    }

    /// <summary>The place of each tap at the window's first output position.</summary>
    public int[] Places { get; }

    /// <summary>Consecutive places, each <c>step</c> further in the input.</summary>
    public Run[] Runs { get; }

    /// <summary>All places.</summary>
    public int Length { get; }

    /// <summary>Lays out the runs.</summary>
    /// <param name="offsets">The input position that each tap reads at output position 0.</param>
    /// <param name="step">From one output position to the next, in input positions.</param>
    /// <param name="count">The output positions of a window.</param>
    public static TapRuns Of(ReadOnlySpan<long> offsets, int step, int count)
    {
        int[] order = [.. Enumerable.Range(0, offsets.Length)];
        long[] keys = offsets.ToArray();
        Array.Sort(order, (a, b) => (Remainder(keys[a], step), keys[a]).CompareTo((Remainder(keys[b], step), keys[b])));
        var places = new int[offsets.Length];
        var runs = new List<Run>();
        int length = 0;
        foreach (int tap in order)
        {
            long offset = offsets[tap];
            if (runs.Count > 0 && Remainder(runs[^1].Offset, step) == Remainder(offset, step) && (offset - runs[^1].Offset) / step <= runs[^1].Count)
            {
                int shift = (int)((offset - runs[^1].Offset) / step);
                places[tap] = runs[^1].Place + shift;
                length += shift + count - runs[^1].Count;
                runs[^1] = runs[^1] with { Count = shift + count };
            }
            else
            {
                places[tap] = length;
                runs.Add(new Run(offset, length, count));
                length = checked(length + count);
            }
        }

        return new TapRuns(places, [.. runs], length);
    }

    private static long Remainder(long value, int step) => ((value % step) + step) % step;

    /// <summary>Places that follow each other.</summary>
    /// <param name="Offset">The input position of the first, at output position 0.</param>
    /// <param name="Place">The place of the first.</param>
    /// <param name="Count">How many there are.</param>
    internal readonly record struct Run(long Offset, int Place, int Count);
}
