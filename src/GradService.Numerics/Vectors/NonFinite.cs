using System.Numerics;
using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>Looks for NaN and infinite values.</summary>
public static unsafe class NonFinite
{
    private const int ChunkValues = 1 << 17;
    private const int BlockValues = 1 << 10;

    /// <summary>Finds the first value that is NaN or infinite.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="values">Values, any number.</param>
    /// <param name="ordinary">NaN or an infinity that is not looked for; any finite number for none.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>Its position, or -1 where all values are finite.</returns>
    public static int First<T>(ReadOnlySpan<T> values, T ordinary = default, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var found = new int[Chunks.Count(values.Length, ChunkValues)];
        fixed (T* valuesAt = values)
        {
            Chunks.Run(found.Length, new Job<T>(valuesAt, values.Length, ordinary, found), execution);
        }

        int chunk = Array.FindIndex(found, position => position >= 0);
        return chunk < 0 ? -1 : found[chunk];
    }

    private readonly struct Job<T>(T* values, int count, T ordinary, int[] found) : IChunkJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int chunk)
        {
            int end = (int)Math.Min(count, (chunk + 1L) * ChunkValues);
            found[chunk] = -1;
            for (int first = chunk * ChunkValues; first < end; first += BlockValues)
            {
                var block = new ReadOnlySpan<T>(values + first, Math.Min(BlockValues, end - first));
                int position = AllFinite(block, out int rest) ? Position(block[rest..], rest) : Position(block, 0);
                if (position >= 0)
                {
                    found[chunk] = first + position;
                    return;
                }
            }
        }

        // 0 x is 0 for what is finite and NaN for the rest, and a NaN in a sum stays. Four sums, as one would wait for each addition.
        private static bool AllFinite(ReadOnlySpan<T> block, out int rest)
        {
            int step = 4 * Vector<T>.Count;
            Vector<T> a = Vector<T>.Zero;
            Vector<T> b = a;
            Vector<T> c = a;
            Vector<T> d = a;
            for (rest = 0; rest <= block.Length - step; rest += step)
            {
                ReadOnlySpan<T> four = block.Slice(rest, step);
                a = AddNothing(four, a);
                b = AddNothing(four[Vector<T>.Count..], b);
                c = AddNothing(four[(2 * Vector<T>.Count)..], c);
                d = AddNothing(four[(3 * Vector<T>.Count)..], d);
            }

            a += b + (c + d);
            return Vector.EqualsAll(a, a);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector<T> AddNothing(ReadOnlySpan<T> values, Vector<T> sum)
        {
            var x = new Vector<T>(values);
            return typeof(T) == typeof(float)
                ? Vector.FusedMultiplyAdd(x.As<T, float>(), Vector<float>.Zero, sum.As<T, float>()).As<float, T>()
                : Vector.FusedMultiplyAdd(x.As<T, double>(), Vector<double>.Zero, sum.As<T, double>()).As<double, T>();
        }

        private int Position(ReadOnlySpan<T> block, int first)
        {
            for (int i = 0; i < block.Length; i++)
            {
                if (!T.IsFinite(block[i]) && !block[i].Equals(ordinary))
                {
                    return first + i;
                }
            }

            return -1;
        }
    }
}
