using System.Numerics;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Activations;

/// <summary>Softmax and log-softmax of a chunk of positions, forward without <c>Upstream</c> and backward with it.</summary>
internal unsafe struct SoftmaxJob<T> : IChunkJob
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

    public readonly void Run(int chunk)
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

                for (int lane = 0; lane < count; lane += Tile.Lanes)
                {
                    Vector512<double> factor = _upstream == null
                        ? Forward(tile + lane, stride)
                        : Backward(tile + lane, above + lane, stride);
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
        Chunks.Run(Chunks.Count(positions, Tile.ChunkPositions(job._view.Count)), job, execution);
    }

    // What the tile must still be multiplied by.
    private readonly Vector512<double> Forward(double* scores, int stride)
    {
        if (!_logarithmic)
        {
            return Vector512<double>.One / ExponentialsOf(scores, stride);
        }

        Cool(scores, stride);
        Exponentials sums = Exponentials.Of<T>(scores, _view.Count, stride, keep: true);
        Vector512<double> log = sums.Log;
        for (int c = 0; c < _view.Count; c++, scores += stride)
        {
            (Vector512.Load(scores) - sums.Maximum - log).Store(scores);
        }

        return Vector512<double>.One;
    }

    // Leaves exp(z - max) in the place of the scores and answers their sum.
    private readonly Vector512<double> ExponentialsOf(double* scores, int stride)
    {
        Cool(scores, stride);
        return Exponentials.Of<T>(scores, _view.Count, stride).Sum;
    }

    // Divides by the temperature. The maximum goes first: what the temperature then rounds is small.
    private readonly void Cool(double* scores, int stride)
    {
        if (_inverse == 1)
        {
            return;
        }

        Vector512<double> maximum = Exponentials.MaximumOf(scores, _view.Count, stride);
        for (int c = 0; c < _view.Count; c++, scores += stride)
        {
            ((Vector512.Load(scores) - maximum) * Vector512.Create(_inverse)).Store(scores);
        }
    }

    // From the logits, not from rounded values: where one class has nearly all the probability the gradient is what is left of
    // sums that cancel. They are taken around the top class, so that what cancels is never added.
    private readonly Vector512<double> Backward(double* scores, double* above, int stride)
    {
        Vector512<double> sum = ExponentialsOf(scores, stride);
        if (_logarithmic)
        {
            PullBackLogarithms(scores, above, stride, Vector512<double>.One / sum);
            return Vector512.Create(_inverse);
        }

        SoftmaxPullback.Apply(scores, above, _view.Count, stride, sum);
        return Vector512.Create(_inverse) / sum;
    }

    // u_c - p_c sum_k u_k; for the top class what is left of it once its own part has cancelled.
    private readonly void PullBackLogarithms(double* scores, double* above, int stride, Vector512<double> share)
    {
        Vector512<double> top = Vector512<double>.Zero;
        Vector512<double> seen = Vector512<double>.Zero;
        for (int c = 0; c < _view.Count; c++)
        {
            Vector512<double> isTop = Vector512.AndNot(Vector512.Equals(Vector512.Load(scores + ((long)c * stride)), Vector512<double>.One), seen);
            seen |= isTop;
            top = Vector512.ConditionalSelect(isTop, Vector512.Create((double)c), top);
        }

        Vector512<double> others = Vector512<double>.Zero;
        Vector512<double> upstream = Vector512<double>.Zero;
        Vector512<double> upstreamOfOthers = Vector512<double>.Zero;
        for (int c = 0; c < _view.Count; c++)
        {
            Vector512<double> u = Vector512.Load(above + ((long)c * stride));
            Vector512<double> isTop = Vector512.Equals(top, Vector512.Create((double)c));
            others += Vector512.AndNot(Vector512.Load(scores + ((long)c * stride)) * share, isTop);
            upstream += u;
            upstreamOfOthers += Vector512.AndNot(u, isTop);
        }

        for (int c = 0; c < _view.Count; c++)
        {
            double* at = scores + ((long)c * stride);
            Vector512<double> p = Vector512.Load(at) * share;
            Vector512<double> u = Vector512.Load(above + ((long)c * stride));
            Vector512.ConditionalSelect(
                Vector512.Equals(top, Vector512.Create((double)c)),
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
