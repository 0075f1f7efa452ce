using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Activations;

/// <summary>Softmax and log-softmax of a chunk of positions, forward without <c>Upstream</c> and backward with it.</summary>
internal unsafe struct SoftmaxJob<T> : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private AxisView _view;
    private bool _logarithmic;
    private double _inverse;
    private T* _source;
    private T* _upstream;
    private T* _target;

    public static void Forward(bool logarithmic, ReadOnlySpan<T> logits, AxisView view, double temperature, Span<T> values, Execution execution)
    {
        Require("logits", logits.Length, view);
        Require("values", values.Length, view);
        Temperature.Check(temperature);
        fixed (T* source = logits, target = values)
        {
            Run(new SoftmaxJob<T> { _view = view, _logarithmic = logarithmic, _inverse = 1 / temperature, _source = source, _target = target }, execution);
        }
    }

    public static void Backward(
        bool logarithmic, ReadOnlySpan<T> logits, AxisView view, ReadOnlySpan<T> upstream, double temperature, Span<T> gradient, Execution execution)
    {
        Require("logits", logits.Length, view);
        Require("upstream", upstream.Length, view);
        Require("gradient", gradient.Length, view);
        Temperature.Check(temperature);
        fixed (T* source = logits, above = upstream, target = gradient)
        {
            Run(new SoftmaxJob<T> { _view = view, _logarithmic = logarithmic, _inverse = 1 / temperature, _source = source, _upstream = above, _target = target }, execution);
        }
    }

    public readonly long ScratchLength => (2 * Tile.Size(_view.Count)) + Tile.Width(_view.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        int width = Tile.Width(_view.Count);
        int stride = Tile.Stride(width);
        int chunkPositions = Tile.ChunkPositions(_view.Count);
        long size = Tile.Size(_view.Count);
        var scratch = new Scratch(ScratchLength, parts: 3);
        try
        {
            double* tile = scratch.Take(size);
            double* above = scratch.Take(size);
            double* factors = scratch.Take(width);
            int first = chunk * chunkPositions;
            int end = (int)Math.Min(_view.Positions, (long)first + chunkPositions);
            for (int position = first; position < end; position += width)
            {
                int count = Math.Min(width, end - position);
                Tile.Load(_source, _view, position, count, tile, stride);
                if (_upstream != null)
                {
                    Tile.Load(_upstream, _view, position, count, above, stride);
                }

                for (int lane = 0; lane < count; lane += V.Count)
                {
                    V factor = _upstream == null
                        ? Forward<V>(tile + lane, stride)
                        : Backward<V>(tile + lane, above + lane, stride);
                    factor.Store(factors + lane);
                }

                Tile.Store(tile, stride, factors, _target, _view, position, count);
            }
        }
        finally
        {
            scratch.Dispose();
        }
    }

    private static void Run(SoftmaxJob<T> job, Execution execution)
    {
        // Without classes there is nothing to write.
        int positions = job._view.Count == 0 ? 0 : job._view.Positions;
        Chunks.RunOnLanes(Chunks.Count(positions, Tile.ChunkPositions(job._view.Count)), job, execution);
    }

    // What the tile must still be multiplied by.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly V Forward<V>(double* scores, int stride)
        where V : struct, IDoubleLanes<V>
    {
        if (!_logarithmic)
        {
            return V.One / ExponentialsOf<V>(scores, stride);
        }

        Cool<V>(scores, stride);
        Exponentials<V> sums = Exponentials<V>.Of<T>(scores, _view.Count, stride, keep: true);
        V log = sums.Log;
        for (int c = 0; c < _view.Count; c++, scores += stride)
        {
            (V.Load(scores) - sums.Maximum - log).Store(scores);
        }

        return V.One;
    }

    // Leaves exp(z - max) in the place of the scores and answers their sum.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly V ExponentialsOf<V>(double* scores, int stride)
        where V : struct, IDoubleLanes<V>
    {
        Cool<V>(scores, stride);
        return Exponentials<V>.Of<T>(scores, _view.Count, stride).Sum;
    }

    // Divides by the temperature. The maximum goes first: what the temperature then rounds is small.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Cool<V>(double* scores, int stride)
        where V : struct, IDoubleLanes<V>
    {
        if (_inverse == 1)
        {
            return;
        }

        V maximum = Exponentials<V>.MaximumOf(scores, _view.Count, stride);
        for (int c = 0; c < _view.Count; c++, scores += stride)
        {
            ((V.Load(scores) - maximum) * V.Fill(_inverse)).Store(scores);
        }
    }

    // From the logits, not from rounded values: where one class has nearly all the probability the gradient is what is left of
    // sums that cancel. They are taken around the top class, so that what cancels is never added.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly V Backward<V>(double* scores, double* above, int stride)
        where V : struct, IDoubleLanes<V>
    {
        V sum = ExponentialsOf<V>(scores, stride);
        if (_logarithmic)
        {
            PullBackLogarithms(scores, above, stride, V.One / sum);
            return V.Fill(_inverse);
        }

        SoftmaxPullback.Apply(scores, above, _view.Count, stride, sum);
        return V.Fill(_inverse) / sum;
    }

    // u_c - p_c sum_k u_k; for the top class what is left of it once its own part has cancelled.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void PullBackLogarithms<V>(double* scores, double* above, int stride, V share)
        where V : struct, IDoubleLanes<V>
    {
        V top = V.Zero;
        V seen = V.Zero;
        for (int c = 0; c < _view.Count; c++)
        {
            V isTop = V.Equal(V.Load(scores + ((long)c * stride)), V.One) & ~seen;
            seen |= isTop;
            top = V.Select(isTop, V.Fill((double)c), top);
        }

        V others = V.Zero;
        V upstream = V.Zero;
        V upstreamOfOthers = V.Zero;
        for (int c = 0; c < _view.Count; c++)
        {
            V u = V.Load(above + ((long)c * stride));
            V isTop = V.Equal(top, V.Fill((double)c));
            others += (V.Load(scores + ((long)c * stride)) * share) & ~isTop;
            upstream += u;
            upstreamOfOthers += u & ~isTop;
        }

        for (int c = 0; c < _view.Count; c++)
        {
            double* at = scores + ((long)c * stride);
            V p = V.Load(at) * share;
            V u = V.Load(above + ((long)c * stride));
            V.Select(
                V.Equal(top, V.Fill((double)c)),
                (u * others) - (p * upstreamOfOthers),
                u - (p * upstream)).Store(at);
        }
    }

    private static void Require(string operand, int found, AxisView view)
    {
        Tile.RequireClasses(view.Count, operand);
        Tensors.Require.Length(operand, found, view.Length, $"[outer, C, inner] = [{view.Outer}, {view.Count}, {view.Inner}]");
    }
}
