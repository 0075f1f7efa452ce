namespace GradService.Numerics.Vectors;

/// <summary>Orders positions by a value, the largest first and equals in the order they came: the same on any machine, as no comparison sort need be.</summary>
internal static unsafe class StableOrder
{
    private const int Digits = 8;
    private const int Buckets = 256;
    private const int Small = 48;

    /// <summary>The FP64 numbers of working memory that ordering so many positions takes.</summary>
    public static long ScratchLength(int count) => 3L * count + 1;

    /// <summary>Orders positions by the values there.</summary>
    /// <param name="values">A value, not negative, for each position; NaN is above all.</param>
    /// <param name="order">The positions to order; receives them ordered.</param>
    /// <param name="count">How many.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchLength"/>.</param>
    public static void Descending(double* values, int* order, int count, double* scratch)
    {
        var keys = (ulong*)scratch;
        for (int at = 0; at < count; at++)
        {
            // Without a sign the bits of a double are in its order; inverted, in the opposite one. A NaN may have any sign.
            keys[at] = ~(BitConverter.DoubleToUInt64Bits(values[order[at]]) & 0x7FFFFFFFFFFFFFFF);
        }

        if (count <= Small)
        {
            Insert(keys, order, count);
        }
        else
        {
            Distribute(keys, order, count, keys + count, (int*)(keys + (2L * count)));
        }
    }

    private static void Insert(ulong* keys, int* order, int count)
    {
        for (int at = 1; at < count; at++)
        {
            ulong key = keys[at];
            int position = order[at];
            int to = at;
            for (; to > 0 && keys[to - 1] > key; to--)
            {
                keys[to] = keys[to - 1];
                order[to] = order[to - 1];
            }

            keys[to] = key;
            order[to] = position;
        }
    }

    // Digit by digit from the least: every pass keeps the order of equals. A digit that all keys share needs no pass.
    private static void Distribute(ulong* keys, int* order, int count, ulong* otherKeys, int* otherOrder)
    {
        int* histograms = stackalloc int[Digits * Buckets];
        new Span<int>(histograms, Digits * Buckets).Clear();
        for (int at = 0; at < count; at++)
        {
            for (int digit = 0; digit < Digits; digit++)
            {
                histograms[(digit * Buckets) + (byte)(keys[at] >> (8 * digit))]++;
            }
        }

        int* result = order;
        for (int digit = 0; digit < Digits; digit++)
        {
            int* starts = histograms + (digit * Buckets);
            if (starts[(byte)(keys[0] >> (8 * digit))] == count)
            {
                continue;
            }

            int start = 0;
            for (int bucket = 0; bucket < Buckets; bucket++)
            {
                (starts[bucket], start) = (start, start + starts[bucket]);
            }

            for (int at = 0; at < count; at++)
            {
                int to = starts[(byte)(keys[at] >> (8 * digit))]++;
                otherKeys[to] = keys[at];
                otherOrder[to] = order[at];
            }

            ulong* sortedKeys = otherKeys;
            int* sortedOrder = otherOrder;
            otherKeys = keys;
            otherOrder = order;
            keys = sortedKeys;
            order = sortedOrder;
        }

        if (order != result)
        {
            new ReadOnlySpan<int>(order, count).CopyTo(new Span<int>(result, count));
        }
    }
}
