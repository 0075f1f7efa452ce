namespace GradService.Onnx.Pictures;

/// <summary>
/// The mask of each class as the lengths of its runs, in COCO's order: down the columns, from left to right, pixels outside and inside the mask
/// by turns, beginning with those outside (pycocotools' uncompressed form).
/// </summary>
public static class RunLength
{
    /// <summary>How many runs the mask of each class has; 0 for a class that is not there.</summary>
    /// <param name="labels"><c>[height, width]</c>, each from 0 to the number of classes - 1.</param>
    /// <param name="width">The width.</param>
    /// <param name="runs">Receives the number of each class.</param>
    public static void Count(ReadOnlySpan<int> labels, int width, Span<int> runs)
    {
        runs.Clear();
        int height = labels.Length / Math.Max(1, width);
        int previous = -1;
        for (int x = 0; x < width; x++)
        {
            for (int y = 0, at = x; y < height; y++, at += width)
            {
                if (labels[at] != previous)
                {
                    // Each stretch of a class is two runs: what was outside before it, and itself.
                    previous = labels[at];
                    runs[previous] += 2;
                }
            }
        }

        // All but the mask that reaches the last pixel end with a run outside.
        for (int c = 0; c < runs.Length; c++)
        {
            runs[c] += runs[c] > 0 && c != previous ? 1 : 0;
        }
    }

    /// <summary>Writes the runs of every class, one class behind the other.</summary>
    /// <param name="labels"><c>[height, width]</c>, as counted.</param>
    /// <param name="width">The width.</param>
    /// <param name="runs">What <see cref="Count"/> said.</param>
    /// <param name="lengths">Receives the lengths, the sum of <paramref name="runs"/> of them; those of one class add up to the pixels of the picture.</param>
    public static void Write(ReadOnlySpan<int> labels, int width, ReadOnlySpan<int> runs, Span<int> lengths)
    {
        var next = new int[runs.Length];
        var since = new int[runs.Length];
        for (int c = 1; c < runs.Length; c++)
        {
            next[c] = next[c - 1] + runs[c - 1];
        }

        int height = labels.Length / Math.Max(1, width);
        int previous = -1;
        int position = 0;
        for (int x = 0; x < width; x++)
        {
            for (int y = 0, at = x; y < height; y++, at += width, position++)
            {
                if (labels[at] != previous)
                {
                    End(previous, position, next, since, lengths);
                    previous = labels[at];
                    End(previous, position, next, since, lengths);
                }
            }
        }

        for (int c = 0; c < runs.Length; c++)
        {
            if (runs[c] > 0)
            {
                End(c, position, next, since, lengths);
            }
        }
    }

    // A class's run ends where the class begins or ceases.
    private static void End(int c, int position, int[] next, int[] since, Span<int> lengths)
    {
        if (c >= 0)
        {
            lengths[next[c]++] = position - since[c];
            since[c] = position;
        }
    }
}
