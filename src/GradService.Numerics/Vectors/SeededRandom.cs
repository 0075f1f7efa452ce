using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The one source of random numbers of this library: a seed and a stream give the same numbers, to the bit, on every machine and with any
/// number of threads. Draw number i of a stream is Philox4x32-10 with the seed as key and (i, stream) as counter, so streams never overlap:
/// work on many rows gives each row its own stream, and then the order of the rows does not matter. A mutable struct: pass it by reference.
/// </summary>
public struct SeededRandom
{
    private const double Step = 1.0 / (1L << 53);

    private readonly ulong _key;
    private readonly ulong _stream;
    private ulong _block;
    private ulong _spare;
    private bool _hasSpare;

    /// <summary>Starts a stream of random numbers.</summary>
    /// <param name="seed">Which numbers; any value, 0 and negative ones included.</param>
    /// <param name="stream">Which of the seed's 2^64 independent streams, such as the index of a row.</param>
    public SeededRandom(long seed, long stream = 0)
    {
        _key = (ulong)seed;
        _stream = (ulong)stream;
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }

        (ulong first, _spare) = Philox.Block(_block++, _stream, _key);
        _hasSpare = true;
        return first;
    }

    /// <summary>A number from [0, 1): a multiple of 2^-53, each as likely as any other.</summary>
    public double NextUniform() => (NextBits() >> 11) * Step;

    /// <summary>A number from (0, 1), neither end included: an odd multiple of 2^-54, so that its logarithm and that of 1 less it are finite.</summary>
    public double NextOpenUniform() => ((NextBits() >> 12) + 0.5) * (2 * Step);

    /// <summary>A whole number from 0 to <paramref name="bound"/> - 1, each exactly as likely as any other.</summary>
    /// <param name="bound">How many numbers to choose from, at least 1.</param>
    public int NextBelow(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);

        // The high half of a 64 by 32 bit product; the few low halves that would favour some numbers are drawn again (D. Lemire, 2019).
        ulong threshold = (0UL - (ulong)bound) % (ulong)bound;
        while (true)
        {
            ulong high = Math.BigMul(NextBits(), (ulong)bound, out ulong low);
            if (low >= threshold)
            {
                return (int)high;
            }
        }
    }

    /// <summary>A standard normal number, by Marsaglia's polar method: it needs no sine, which machines round differently.</summary>
    public double NextNormal()
    {
        while (true)
        {
            double x = (2 * NextOpenUniform()) - 1;
            double y = (2 * NextOpenUniform()) - 1;
            double square = (x * x) + (y * y);
            if (square is > 0 and < 1)
            {
                return x * Math.Sqrt(-2 * Log(square) / square);
            }
        }
    }

    /// <summary>A standard Gumbel number -log(-log u), u from (0, 1): from about -3.6 to 36.7. The arg-max of logits plus such noise is a draw from their softmax.</summary>
    public double NextGumbel() => -Log(-Log(NextOpenUniform()));

    /// <summary>An index drawn with probability proportional to its weight: the first whose cumulative weight exceeds a uniform share of the total.</summary>
    /// <typeparam name="T">float or double; added up in FP64.</typeparam>
    /// <param name="weights">Weights, each finite and at least 0, not all 0. They need not add up to 1; an index of weight 0 is never drawn.</param>
    /// <exception cref="OperandException">A weight is negative, NaN or infinite, there are none, or they sum to 0.</exception>
    public int NextCategorical<T>(ReadOnlySpan<T> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double total = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double weight = double.CreateTruncating(weights[i]);
            if (!(weight >= 0) || double.IsInfinity(weight))
            {
                throw new OperandException(
                    nameof(weights),
                    string.Create(CultureInfo.InvariantCulture, $"{weight} is not a weight to draw by: it must be finite and at least 0."),
                    i);
            }

            total += weight;
        }

        if (!(total > 0))
        {
            throw new OperandException(nameof(weights), "There is nothing to draw from: at least one weight must be above 0.");
        }

        double share = NextUniform() * total;
        double cumulative = 0;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double weight = double.CreateTruncating(weights[i]);
            if (weight == 0)
            {
                continue;
            }

            cumulative += weight;
            last = i;
            if (share < cumulative)
            {
                return i;
            }
        }

        // A share just below the total may round to it.
        return last;
    }

    /// <summary>Draws many indices as <see cref="NextCategorical{T}"/> draws each, the weights added up once.</summary>
    /// <param name="weights">Not of unit sum necessarily, each finite and at least 0, one at least above 0; receives their cumulative sums.</param>
    /// <param name="indices">Receives the indices.</param>
    internal void NextCategoricals(Span<double> weights, Span<int> indices)
    {
        double total = 0;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            last = weights[i] > 0 ? i : last;
            total += weights[i];
            weights[i] = total;
        }

        foreach (ref int index in indices)
        {
            // The first whose cumulative weight exceeds the share; a share just below the total may round to it.
            double share = NextUniform() * total;
            (int low, int high) = (0, last);
            while (low < high)
            {
                int middle = low + ((high - low) / 2);
                (low, high) = share < weights[middle] ? (low, middle) : (middle + 1, high);
            }

            index = low;
        }
    }

    // Not Math.Log: its last digit is the machine's mathematical library's.
    private static double Log(double x) => Logarithm.OfPositive(DoubleLanes128.Fill(x)).First;
}
