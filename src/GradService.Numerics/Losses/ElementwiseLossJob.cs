using System.Numerics;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Loss and gradient of a chunk of elements, in blocks that stay in the first cache. A null pointer is an operand that was left out.</summary>
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

    private const int BlockLength = 256;

    public readonly void Run(int chunk)
    {
        int first = chunk * ElementwiseLoss.ChunkLength;
        int end = (int)Math.Min(Length, (long)first + ElementwiseLoss.ChunkLength);
        var scratch = new Scratch(5 * BlockLength, parts: 5);
        try
        {
            double* scores = scratch.Take(BlockLength);
            double* targets = scratch.Take(BlockLength);
            double* positive = scratch.Take(BlockLength);
            double* weight = scratch.Take(BlockLength);
            double* upstream = scratch.Take(BlockLength);
            Vector512<double> sum = Vector512<double>.Zero;
            for (int at = first; at < end; at += BlockLength)
            {
                int count = Math.Min(BlockLength, end - at);

                // Lanes after the last element weigh nothing: their scores and targets are finite.
                Fill(Scores, at, scores, count, 0);
                Fill(Targets, at, targets, count, 0);
                Fill(Positive, at, positive, count, 1);
                Fill(Weight, at, weight, count, 1);
                Fill(Upstream, at, upstream, count, 1);
                for (int lane = count; lane < Tile.WholeLanes(count); lane++)
                {
                    weight[lane] = 0;
                }

                for (int lane = 0; lane < count; lane += Tile.Lanes)
                {
                    Vector512<double> weighs = Vector512.Load(weight + lane);
                    Vector512<double> loss = weighs * Loss.Evaluate(
                        Vector512.Load(scores + lane), Vector512.Load(targets + lane), Vector512.Load(positive + lane), out Vector512<double> slope);
                    sum += loss;
                    loss.Store(scores + lane);
                    (slope * weighs * (Vector512.Load(upstream + lane) * Vector512.Create(Scale))).Store(targets + lane);
                }

                if (Losses != null)
                {
                    Tile.Narrow(scores, Losses + at, count);
                }

                if (Gradient != null)
                {
                    Tile.Narrow(targets, Gradient + at, count);
                }
            }

            Sums[chunk] = Lanes.Sum(sum);
        }
        finally
        {
            scratch.Dispose();
        }
    }

    private static void Fill(T* source, int at, double* block, int count, double without)
    {
        if (source == null)
        {
            new Span<double>(block, Tile.WholeLanes(count)).Fill(without);
            return;
        }

        Tile.Widen(source + at, block, count);
        new Span<double>(block + count, Tile.WholeLanes(count) - count).Clear();
    }
}
