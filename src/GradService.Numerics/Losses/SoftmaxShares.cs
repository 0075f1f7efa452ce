using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Cross-entropy and focal loss of eight positions through the softmax of their logits, against class probabilities.</summary>
internal static unsafe class SoftmaxShares
{
    /// <summary>Eight positions against shares. With t the targets: l = h sum_c t_c n_c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate<T>(in LossTile tile, int lane)
    {
        if (tile.Gamma != 0)
        {
            Focal<T>(tile, lane);
            return;
        }

        double* scores = tile.Scores + lane;
        double* shares = tile.Shares + lane;
        Vector512<double> scale = Vector512<double>.One;
        if (tile.Scaled)
        {
            scale = Targets.Scale(tile, lane);
            SoftmaxLoss.Multiply(scores, tile.Classes, tile.Stride, scale);
        }

        Vector512<double> maximum = Exponentials.MaximumOf(scores, tile.Classes, tile.Stride);
        Vector512<double> total = Targets.Form(tile, lane);
        Vector512<double> differences = Vector512<double>.Zero;
        for (int c = 0; c < tile.Classes; c++)
        {
            Vector512<double> difference = Vector512.Load(scores + ((long)c * tile.Stride)) - maximum;
            differences = Vector512.FusedMultiplyAdd(Vector512.Load(shares + ((long)c * tile.Stride)), difference, differences);
        }

        Exponentials sums = Exponentials.Of<T>(scores, tile.Classes, tile.Stride);
        Vector512<double> hit = Vector512.Load(tile.Hit + lane);
        SoftmaxLoss.WriteLoss(tile, lane, hit * Vector512.FusedMultiplyAdd(total, sums.Log, -differences));
        if (!tile.WantsGradient)
        {
            return;
        }

        (Vector512.Load(tile.Upstream + lane) * scale * hit / sums.Sum).Store(tile.Factor + lane);
        Pull(tile, scores, shares, sums, total);
    }

    // The focal loss against shares: every class's loss is modulated, and so is the target that pulls at the logits.
    private static void Focal<T>(in LossTile tile, int lane)
    {
        double* scores = tile.Scores + lane;
        double* shares = tile.Shares + lane;
        _ = Targets.Form(tile, lane);
        Exponentials sums = Exponentials.Of<T>(scores, tile.Classes, tile.Stride, keep: true);
        Vector512<double> log = sums.Log;
        Vector512<double> reciprocal = Vector512<double>.One / sums.Sum;
        Vector512<double> loss = Vector512<double>.Zero;
        Vector512<double> total = Vector512<double>.Zero;
        for (int c = 0; c < tile.Classes; c++)
        {
            double* score = scores + ((long)c * tile.Stride);
            double* share = shares + ((long)c * tile.Stride);
            Vector512<double> below = Vector512.Load(score) - sums.Maximum;
            Vector512<double> exponential = Exponential.OfNonPositive<T>(below);
            Vector512<double> target = Vector512.Load(share);
            Vector512<double> information = log - below;
            var modulation = FocalModulation.Of(tile.Gamma, exponential * reciprocal, sums.Rest(exponential) * reciprocal, information);
            loss = Vector512.FusedMultiplyAdd(target * modulation.Loss, information, loss);
            target *= modulation.Slope;
            total += target;
            target.Store(share);
            exponential.Store(score);
        }

        Vector512<double> hit = Vector512.Load(tile.Hit + lane);
        SoftmaxLoss.WriteLoss(tile, lane, hit * loss);
        if (tile.WantsGradient)
        {
            (Vector512.Load(tile.Upstream + lane) * hit * reciprocal).Store(tile.Factor + lane);
            Pull(tile, scores, shares, sums, total);
        }
    }

    // p T - t, as (T - t) p - t (1 - p): nothing cancels where one class has the whole label and nearly all the probability.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pull(in LossTile tile, double* scores, double* shares, Exponentials sums, Vector512<double> total)
    {
        for (int c = 0; c < tile.Classes; c++, scores += tile.Stride, shares += tile.Stride)
        {
            Vector512<double> exponential = Vector512.Load(scores);
            Vector512<double> target = Vector512.Load(shares);
            (((total - target) * exponential) - (target * sums.Rest(exponential))).Store(scores);
        }
    }
}
