using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Loss and gradient of a chunk of elements, sixteen in a step. A null pointer is an operand that was left out.</summary>
internal unsafe struct ElementwiseLossJob<T, TLoss> : IChunkJob
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

    private const int Step = 2 * Tile.Lanes;

    public readonly void Run(int chunk)
    {
        int first = chunk * ElementwiseLoss.ChunkLength;
        int end = (int)Math.Min(Length, (long)first + ElementwiseLoss.ChunkLength);
        int whole = first + ((end - first) & -Step);
        Vector512<double> sum = Vector512<double>.Zero;
        for (int at = first; at < whole; at += Step)
        {
            Advance(Scores + at, Targets + at, At(Positive, at), At(Weight, at), At(Upstream, at), At(Losses, at), At(Gradient, at), ref sum);
        }

        if (whole < end)
        {
            Finish(whole, end - whole, ref sum);
        }

        Sums[chunk] = Lanes.Sum(sum);
    }

    private static T* At(T* operand, int at) => operand == null ? null : operand + at;

    // The last few elements, in steps of their own. Lanes after the last element weigh nothing: their scores and targets are finite.
    private readonly void Finish(int first, int count, ref Vector512<double> sum)
    {
        T* parts = stackalloc T[7 * Step];
        new Span<T>(parts, 7 * Step).Clear();
        T* weight = parts + (3 * Step);
        new Span<T>(weight, count).Fill(T.One);
        Copy(Scores, first, parts, count);
        Copy(Targets, first, parts + Step, count);
        Copy(Weight, first, weight, count);
        Advance(
            parts,
            parts + Step,
            Copy(Positive, first, parts + (2 * Step), count),
            weight,
            Copy(Upstream, first, parts + (4 * Step), count),
            parts + (5 * Step),
            parts + (6 * Step),
            ref sum);
        if (Losses != null)
        {
            new Span<T>(parts + (5 * Step), count).CopyTo(new Span<T>(Losses + first, count));
        }

        if (Gradient != null)
        {
            new Span<T>(parts + (6 * Step), count).CopyTo(new Span<T>(Gradient + first, count));
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
    private readonly void Advance(T* scores, T* targets, T* positive, T* weight, T* upstream, T* losses, T* gradient, ref Vector512<double> sum)
    {
        (Vector512<double> first, Vector512<double> second) = Tile.Widen(scores);
        (Vector512<double> firstTarget, Vector512<double> secondTarget) = Tile.Widen(targets);
        (Vector512<double> firstPositive, Vector512<double> secondPositive) = positive == null ? (Vector512<double>.One, Vector512<double>.One) : Tile.Widen(positive);
        first = Loss.Evaluate(first, firstTarget, firstPositive, out Vector512<double> firstSlope);
        second = Loss.Evaluate(second, secondTarget, secondPositive, out Vector512<double> secondSlope);
        if (weight != null)
        {
            (Vector512<double> firstWeight, Vector512<double> secondWeight) = Tile.Widen(weight);
            (first, second) = (first * firstWeight, second * secondWeight);
            (firstSlope, secondSlope) = (firstSlope * firstWeight, secondSlope * secondWeight);
        }

        sum += first;
        sum += second;
        if (losses != null)
        {
            Tile.Narrow(first, second, losses);
        }

        if (gradient != null)
        {
            Vector512<double> scale = Vector512.Create(Scale);
            (Vector512<double> firstScale, Vector512<double> secondScale) = upstream == null ? (scale, scale) : Tile.Widen(upstream);
            if (upstream != null)
            {
                (firstScale, secondScale) = (firstScale * scale, secondScale * scale);
            }

            Tile.Narrow(firstSlope * firstScale, secondSlope * secondScale, gradient);
        }
    }
}
