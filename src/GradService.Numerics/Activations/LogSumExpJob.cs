using System.Numerics;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Activations;

/// <summary>The log-sum-exp of a chunk of positions.</summary>
internal readonly unsafe struct LogSumExpJob<T>(T* source, AxisView view, double inverse, T* target) : IChunkJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T* _source = source;
    private readonly AxisView _view = view;
    private readonly double _inverse = inverse;
    private readonly T* _target = target;

    public long ScratchLength => Tile.Size(_view.Count);

    public void Run(int chunk)
    {
        int width = Tile.Width(_view.Count);
        int stride = Tile.Stride(width);
        int chunkPositions = Tile.ChunkPositions(_view.Count);
        using var scratch = new Scratch(ScratchLength, parts: 1);
        double* tile = scratch.Take(ScratchLength);
        int first = chunk * chunkPositions;
        int end = (int)Math.Min(_view.Positions, (long)first + chunkPositions);
        for (int position = first; position < end; position += width)
        {
            int count = Math.Min(width, end - position);
            Tile.Load(_source, _view, position, count, tile, stride);
            for (int lane = 0; lane < count; lane += Tile.Lanes)
            {
                Vector512<double> sums = Sums(tile + lane, stride);
                for (int at = lane; at < Math.Min(count, lane + Tile.Lanes); at++)
                {
                    double sum = sums[at - lane];
                    Tile.Put(double.IsNaN(sum) ? Extreme(position + at) : sum, _target + position + at);
                }
            }
        }
    }

    private Vector512<double> Sums(double* scores, int stride)
    {
        Vector512<double> maximum = Exponentials.MaximumOf(scores, _view.Count, stride);
        double* at = scores;
        for (int c = 0; c < _view.Count; c++, at += stride)
        {
            // The maximum goes first: what the temperature then rounds is small.
            ((Vector512.Load(at) - maximum) * Vector512.Create(_inverse)).Store(at);
        }

        return (maximum * Vector512.Create(_inverse)) + Exponentials.Of<T>(scores, _view.Count, stride, keep: true).Log;
    }

    // The largest logit is infinite, or one is NaN: infinity less itself hides which.
    private double Extreme(int position)
    {
        (int outer, int inner) = Math.DivRem(position, _view.Inner);
        T* at = _source + ((long)outer * _view.Count * _view.Inner) + inner;
        double largest = double.NegativeInfinity;
        for (int c = 0; c < _view.Count; c++, at += _view.Inner)
        {
            largest = Math.Max(largest, double.CreateTruncating(*at));
        }

        return largest;
    }
}
