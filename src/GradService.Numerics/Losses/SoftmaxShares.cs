using System.Runtime.CompilerServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Cross-entropy and focal loss of some positions through the softmax of their logits, against class probabilities.</summary>
internal static unsafe class SoftmaxShares
{
    /// <summary>Some positions against shares. With t the targets: l = h sum_c t_c n_c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate<T, V>(in LossTile tile, int lane)
        where V : struct, IDoubleLanes<V>
    {
        if (tile.Gamma != 0)
        {
            Focal<T, V>(tile, lane);
            return;
        }

        double* scores = tile.Scores + lane;
        double* shares = tile.Shares + lane;
        V scale = V.One;
        if (tile.Scaled)
        {
            scale = Targets.Scale<V>(tile, lane);
            SoftmaxLoss.Multiply(scores, tile.Classes, tile.Stride, scale);
        }

        V maximum = Exponentials<V>.MaximumOf(scores, tile.Classes, tile.Stride);
        V total = Targets.Form<V>(tile, lane);
        V differences = V.Zero;
        for (int c = 0; c < tile.Classes; c++)
        {
            V difference = V.Load(scores + ((long)c * tile.Stride)) - maximum;
            differences = V.FusedMultiplyAdd(V.Load(shares + ((long)c * tile.Stride)), difference, differences);
        }

        Exponentials<V> sums = Exponentials<V>.Of<T>(scores, tile.Classes, tile.Stride);
        V hit = V.Load(tile.Hit + lane);
        SoftmaxLoss.WriteLoss(tile, lane, hit * V.FusedMultiplyAdd(total, sums.Log, -differences));
        if (!tile.WantsGradient)
        {
            return;
        }

        (V.Load(tile.Upstream + lane) * scale * hit / sums.Sum).Store(tile.Factor + lane);
        Pull(tile, scores, shares, sums, total);
    }

    // The focal loss against shares: every class's loss is modulated, and so is the target that pulls at the logits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Focal<T, V>(in LossTile tile, int lane)
        where V : struct, IDoubleLanes<V>
    {
        double* scores = tile.Scores + lane;
        double* shares = tile.Shares + lane;
        _ = Targets.Form<V>(tile, lane);
        Exponentials<V> sums = Exponentials<V>.Of<T>(scores, tile.Classes, tile.Stride, keep: true);
        V log = sums.Log;
        V reciprocal = V.One / sums.Sum;
        V loss = V.Zero;
        V total = V.Zero;
        for (int c = 0; c < tile.Classes; c++)
        {
            double* score = scores + ((long)c * tile.Stride);
            double* share = shares + ((long)c * tile.Stride);
            V below = V.Load(score) - sums.Maximum;
            V exponential = Exponential.OfNonPositive<T, V>(below);
            V target = V.Load(share);
            V information = log - below;
            var modulation = FocalModulation<V>.Of(tile.Gamma, exponential * reciprocal, sums.Rest(exponential) * reciprocal, information);
            loss = V.FusedMultiplyAdd(target * modulation.Loss, information, loss);
            target *= modulation.Slope;
            total += target;
            target.Store(share);
            exponential.Store(score);
        }

        V hit = V.Load(tile.Hit + lane);
        SoftmaxLoss.WriteLoss(tile, lane, hit * loss);
        if (tile.WantsGradient)
        {
            (V.Load(tile.Upstream + lane) * hit * reciprocal).Store(tile.Factor + lane);
            Pull(tile, scores, shares, sums, total);
        }
    }

    // p T - t, as (T - t) p - t (1 - p): nothing cancels where one class has the whole label and nearly all the probability.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pull<V>(in LossTile tile, double* scores, double* shares, Exponentials<V> sums, V total)
        where V : struct, IDoubleLanes<V>
    {
        for (int c = 0; c < tile.Classes; c++, scores += tile.Stride, shares += tile.Stride)
        {
            V exponential = V.Load(scores);
            V target = V.Load(shares);
            (((total - target) * exponential) - (target * sums.Rest(exponential))).Store(scores);
        }
    }
}
