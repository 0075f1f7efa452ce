using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Loss and gradient of a chunk of elements. A null pointer is an operand that was left out.</summary>
internal unsafe struct ElementwiseLossJob<T, TLoss> : ILanesJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TLoss : struct, IElementLoss
{
    public TLoss Loss;
    public int Length;
    public T* Scores;
    public T* Targets;
    public T* Positive;
    public T* Weight;

    /// <summary>The gradient with respect to each element's loss; null where they are reduced.</summary>
    public T* Upstream;

    /// <summary>What every slope is multiplied by.</summary>
    public double Scale;
    public T* Losses;
    public T* Gradient;
    public double[] Sums;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        int first = chunk * ElementwiseLoss.ChunkLength;
        int end = (int)Math.Min(Length, (long)first + ElementwiseLoss.ChunkLength);
        int whole = first + ((end - first) & -Tile.Lanes);
        double* sum = stackalloc double[Tile.Lanes];
        for (int at = first; at < whole; at += Tile.Lanes)
        {
            for (int lane = 0; lane < Tile.Lanes; lane += V.Count)
            {
                int some = at + lane;
                Advance<V>(Scores + some, Targets + some, At(Positive, some), At(Weight, some), At(Upstream, some), At(Losses, some), At(Gradient, some), sum + lane);
            }
        }

        if (whole < end)
        {
            Finish<V>(whole, end - whole, sum);
        }

        Sums[chunk] = Lanes.Sum(sum);
    }

    private static T* At(T* operand, int at) => operand == null ? null : operand + at;

    // The last few elements, in steps of their own. Lanes after the last element weigh nothing: their scores and targets are finite.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Finish<V>(int first, int count, double* sum)
        where V : struct, IDoubleLanes<V>
    {
        T* parts = stackalloc T[7 * Tile.Lanes];
        new Span<T>(parts, 7 * Tile.Lanes).Clear();
        T* weight = parts + (3 * Tile.Lanes);
        new Span<T>(weight, count).Fill(T.One);
        Copy(Scores, first, parts, count);
        Copy(Targets, first, parts + Tile.Lanes, count);
        Copy(Weight, first, weight, count);
        T* positive = Copy(Positive, first, parts + (2 * Tile.Lanes), count);
        T* upstream = Copy(Upstream, first, parts + (4 * Tile.Lanes), count);
        T* losses = parts + (5 * Tile.Lanes);
        T* gradient = parts + (6 * Tile.Lanes);
        for (int lane = 0; lane < Tile.Lanes; lane += V.Count)
        {
            Advance<V>(parts + lane, parts + Tile.Lanes + lane, At(positive, lane), weight + lane, At(upstream, lane), losses + lane, gradient + lane, sum + lane);
        }

        if (Losses != null)
        {
            new Span<T>(losses, count).CopyTo(new Span<T>(Losses + first, count));
        }

        if (Gradient != null)
        {
            new Span<T>(gradient, count).CopyTo(new Span<T>(Gradient + first, count));
        }
    }

    private static T* Copy(T* source, int first, T* target, int count)
    {
        if (source == null)
        {
            return null;
        }

        new Span<T>(source + first, count).CopyTo(new Span<T>(target, count));
        return target;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Advance<V>(T* scores, T* targets, T* positive, T* weight, T* upstream, T* losses, T* gradient, double* sum)
        where V : struct, IDoubleLanes<V>
    {
        V loss = Loss.Evaluate(Tile.Widen<T, V>(scores), Tile.Widen<T, V>(targets), positive == null ? V.One : Tile.Widen<T, V>(positive), out V slope);
        if (weight != null)
        {
            var factor = Tile.Widen<T, V>(weight);
            loss *= factor;
            slope *= factor;
        }

        (V.Load(sum) + loss).Store(sum);
        if (losses != null)
        {
            Tile.Narrow(loss, losses);
        }

        if (gradient != null)
        {
            V scale = upstream == null ? V.Fill(Scale) : Tile.Widen<T, V>(upstream) * V.Fill(Scale);
            Tile.Narrow(slope * scale, gradient);
        }
    }
}
