namespace GradService.Numerics.Checking;

/// <summary>Which positions of an input a gradient check looks at.</summary>
internal static class SamplePositions
{
    private const int Seed = 20150;

    /// <summary>Every position, or for a large input a seeded sample and the one position given, in ascending order.</summary>
    /// <param name="elements">How many elements the input has.</param>
    /// <param name="always">The position that is always among them.</param>
    public static IEnumerable<int> Choose(int elements, int always)
    {
        if (elements <= GradientCheck.LargestWhole)
        {
            return Enumerable.Range(0, elements);
        }

        // A Random with a seed keeps its algorithm from one .NET to the next.
        var random = new Random(Seed);
        var chosen = new SortedSet<int>();
        while (chosen.Count < GradientCheck.SampleSize)
        {
            chosen.Add(random.Next(elements));
        }

        chosen.Add(always);
        return chosen;
    }

    /// <summary>The largest |value|, and where it is first found; a NaN is larger than any. 0 and -1 when there are no values.</summary>
    public static double LargestMagnitude(ReadOnlySpan<double> values, out int position)
    {
        (double largest, position) = (0, values.IsEmpty ? -1 : 0);
        for (int i = 0; i < values.Length && !double.IsNaN(largest); i++)
        {
            double magnitude = Math.Abs(values[i]);
            if (!(magnitude <= largest))
            {
                (largest, position) = (magnitude, i);
            }
        }

        return largest;
    }
}
