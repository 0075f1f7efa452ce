using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Activations;

/// <summary>The log-sum-exp of a chunk of positions.</summary>
internal readonly unsafe struct LogSumExpJob<T>(T* source, AxisView view, double inverse, T* target) : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T* _source = source;
    private readonly AxisView _view = view;
    private readonly double _inverse = inverse;
    private readonly T* _target = target;

    public long ScratchLength => Tile.Size(_view.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
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
            for (int lane = 0; lane < count; lane += V.Count)
            {
                Sums<V>(tile + lane, stride).Store(tile + lane);
            }

            for (int at = 0; at < count; at++)
            {
                Tile.Put(double.IsNaN(tile[at]) ? Extreme(position + at) : tile[at], _target + position + at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private V Sums<V>(double* scores, int stride)
        where V : struct, IDoubleLanes<V>
    {
        V maximum = Exponentials<V>.MaximumOf(scores, _view.Count, stride);
        double* at = scores;
        for (int c = 0; c < _view.Count; c++, at += stride)
        {
            // The maximum goes first: what the temperature then rounds is small.
            ((V.Load(at) - maximum) * V.Fill(_inverse)).Store(at);
        }

        return (maximum * V.Fill(_inverse)) + Exponentials<V>.Of<T>(scores, _view.Count, stride, keep: true).Log;
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
