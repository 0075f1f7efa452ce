using System.Runtime.CompilerServices;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>
/// Cross-entropy and focal loss of FP32 logits against class indices: <see cref="SoftmaxLoss"/> with the exponentials in FP32, twice as many
/// at a time. What is known of a position rather than of a class is FP64 as ever, and so is in effect the sum of the exponentials, whose
/// rounding is carried along. Losses and gradients are within 3 ulp, those of the focal loss within 3 + gamma.
/// </summary>
internal static unsafe class SingleSoftmaxLoss
{
    // Above it a factor is no FP32 number, though its product with an exponential may be one.
    private const double LargestFactor = 3e38;

    /// <summary>
    /// Does all of a tile, of which the columns are prepared, but to write the losses. False, with the columns still prepared, for what FP32 is too
    /// narrow for: scores more than 80 apart, beyond 8192 or not finite, or a factor beyond its largest number.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryLabels<V>(in LossTile tile, float* scores, float* gradient, AxisView view, int first, int count)
        where V : struct, IDoubleLanes<V>
    {
        float* singles = (float*)tile.Scores;
        var softmax = new FloatSoftmax(singles, tile.Classes, tile.Width, tile.Label, tile.Singles);
        if (!softmax.TryEvaluate(scores, view, first, count, tile.Written))
        {
            return false;
        }

        Widen<V>(tile, softmax, count);
        SoftmaxLoss.Lose<float, V>(tile, Tile.WholeLanes(count));
        if (tile.WantsGradient)
        {
            if (!TryNarrow<V>(tile, softmax, count))
            {
                return false;
            }

            softmax.Write(gradient, view, first, count);
        }

        return true;
    }

    // The columns of FP32 to those of FP64.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<V>(in LossTile tile, FloatSoftmax softmax, int count)
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < count; lane += V.Count)
        {
            V.Load(softmax.Own + lane).Store(tile.Own + lane);
            softmax.Others<V>(lane).Store(tile.Factor + lane);
            (V.Load(softmax.Picked + lane) - V.Load(softmax.Largest + lane)).Store(tile.Picked + lane);
        }
    }

    // The factor of the exponentials, and the gradient of the label's score.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryNarrow<V>(in LossTile tile, FloatSoftmax softmax, int count)
        where V : struct, IDoubleLanes<V>
    {
        V tooLarge = V.Zero;
        for (int lane = 0; lane < count; lane += V.Count)
        {
            var factor = V.Load(tile.Factor + lane);
            softmax.Weigh(lane, factor, factor * V.Load(tile.Picked + lane));
            tooLarge |= V.Less(V.Fill(LargestFactor), V.Abs(factor));
        }

        long* found = stackalloc long[Tile.Lanes];
        tooLarge.Store((double*)found);
        return !new ReadOnlySpan<long>(found, V.Count).ContainsAnyExcept(0);
    }
}
