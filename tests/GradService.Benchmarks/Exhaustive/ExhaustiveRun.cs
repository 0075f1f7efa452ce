using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace GradService.Benchmarks.Exhaustive;

/// <summary>Every float there is, or a range of them, and many random doubles, through <see cref="RoundTrip{T}"/>.</summary>
internal static class ExhaustiveRun
{
    private const long Report = 1L << 28;

    /// <summary>Runs; ends with an exception at the first number that fails.</summary>
    public static void Run(BenchmarkOptions options, TextWriter output)
    {
        long to = options.Quick ? Math.Min(options.To, options.From + (1 << 16)) : Math.Min(options.To, 1L << 32);
        long doubles = options.Quick ? 1 << 16 : options.Doubles;
        long begin = Stopwatch.GetTimestamp();
        InPieces(options.From, to, options.Threads, output, "floats", Floats);
        InPieces(0, doubles, options.Threads, output, "doubles", (from, until) => Doubles(from, until, options.Seed));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{to - options.From:N0} floats, bit patterns 0x{options.From:x} up to 0x{to:x}, and {doubles:N0} random doubles of seed {options.Seed} were written shortest and read back to the same bits in {Stopwatch.GetElapsedTime(begin).TotalSeconds:F0} s."));
    }

    private static void InPieces(long from, long to, int threads, TextWriter output, string what, Action<long, long> check)
    {
        long done = 0;
        Parallel.For(0, (to - from + Report - 1) / Report, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece =>
        {
            long first = from + (piece * Report);
            long until = Math.Min(to, first + Report);
            check(first, until);
            long total = Interlocked.Add(ref done, until - first);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total:N0} of {to - from:N0} {what}"));
        });
    }

    private static void Floats(long from, long to)
    {
        var trip = new RoundTrip<float>();
        var bits = new uint[RoundTrip<float>.Batch];
        for (long at = from; at < to; at += bits.Length)
        {
            int count = (int)Math.Min(bits.Length, to - at);
            for (int index = 0; index < count; index++)
            {
                bits[index] = (uint)(at + index);
            }

            trip.Check(MemoryMarshal.Cast<uint, float>(bits.AsSpan(0, count)));
        }
    }

    /// <summary>Doubles of random bits, and as many of random decimal digits, which lie where formatting is hard.</summary>
    private static void Doubles(long from, long to, int seed)
    {
        var trip = new RoundTrip<double>();
        var values = new double[RoundTrip<double>.Batch];
        for (long at = from; at < to; at += values.Length)
        {
            // Each batch by its own seed, so that a range gives the same numbers however many threads there are.
            // CA5394: a reproducible sequence is wanted, not a secret one.
#pragma warning disable CA5394
            var random = new Random(SeedOf(seed, at / values.Length));
            int count = (int)Math.Min(values.Length, to - at);
            for (int index = 0; index < count; index++)
            {
                values[index] = (index & 1) == 0
                    ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))
                    : random.NextInt64(1_000_000_000_000_000_000) / Math.Pow(10, random.Next(40));
            }
#pragma warning restore CA5394

            trip.Check(values.AsSpan(0, count));
        }
    }

    private static int SeedOf(int seed, long batch) => unchecked((int)(((ulong)(batch + 1) * 0x9E37_79B9_7F4A_7C15UL) >> 32) ^ seed);
}
