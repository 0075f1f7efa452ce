using System.Numerics;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>Where the largest value along an axis lies.</summary>
public static unsafe class ArgMax
{
    /// <summary>Finds the index of the largest value along an axis; of equal ones the lowest. NaN counts as the largest, as in torch.argmax.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="values">Values, <c>[outer, count, inner]</c>.</param>
    /// <param name="view">The axis; at least one long unless there are no positions.</param>
    /// <param name="indices">Receives the indices along the axis, <c>[outer * inner]</c>.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">A length does not fit the view, or the axis is empty.</exception>
    public static void Along<T>(ReadOnlySpan<T> values, AxisView view, Span<int> indices, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Require.Length(nameof(values), values.Length, view.Length, $"[outer, count, inner] = [{view.Outer}, {view.Count}, {view.Inner}]");
        Require.Length(nameof(indices), indices.Length, view.Positions, "one for each position");

        if (view.Count == 0 && view.Positions > 0)
        {
            throw new OperandException(nameof(values), "An axis of length 0 has no largest value; it must be at least 1 long.");
        }

        fixed (T* valuesAt = values)
        fixed (int* indicesAt = indices)
        {
            Chunks.Run(Chunks.Count(view.Positions, Tile.ChunkPositions(view.Count)), new Job<T>(view, valuesAt, indicesAt), execution);
        }
    }

    private readonly struct Job<T>(AxisView view, T* values, int* indices) : IChunkJob
        where T : unmanaged
    {
        public long ScratchLength => Tile.Size(view.Count);

        public void Run(int chunk)
        {
            int width = Tile.Width(view.Count);
            int stride = Tile.Stride(width);
            int chunkPositions = Tile.ChunkPositions(view.Count);
            int first = chunk * chunkPositions;
            int end = (int)Math.Min(view.Positions, (long)first + chunkPositions);
            var scratch = new Scratch(ScratchLength, parts: 1);
            try
            {
                double* tile = scratch.Take(ScratchLength);
                for (int position = first; position < end; position += width)
                {
                    int count = Math.Min(width, end - position);
                    Tile.Load(values, view, position, count, tile, stride);
                    for (int lane = 0; lane < count; lane += Tile.Lanes)
                    {
                        Vector512<double> best = Best(tile + lane, stride);
                        for (int at = lane; at < Math.Min(count, lane + Tile.Lanes); at++)
                        {
                            indices[position + at] = (int)best[at - lane];
                        }
                    }
                }
            }
            finally
            {
                scratch.Dispose();
            }
        }

        // A class takes over unless it is at most the largest so far, or that is a NaN, which nothing exceeds.
        private Vector512<double> Best(double* scores, int stride)
        {
            Vector512<double> largest = Vector512.Load(scores);
            Vector512<double> best = Vector512<double>.Zero;
            for (int c = 1; c < view.Count; c++)
            {
                scores += stride;
                Vector512<double> value = Vector512.Load(scores);
                Vector512<double> takes = Vector512.AndNot(Vector512.Equals(largest, largest), Vector512.LessThanOrEqual(value, largest));
                largest = Vector512.ConditionalSelect(takes, value, largest);
                best = Vector512.ConditionalSelect(takes, Vector512.Create((double)c), best);
            }

            return best;
        }
    }
}
