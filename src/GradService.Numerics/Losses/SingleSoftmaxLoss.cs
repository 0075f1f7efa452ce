using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>
/// Cross-entropy and focal loss of FP32 logits against class indices: <see cref="SoftmaxLoss"/> with the exponentials in FP32, twice as many
/// at a time. What is known of a position rather than of a class is FP64 as ever, and so is in effect the sum of the exponentials, whose
/// rounding is carried along. Losses and gradients are within 3 ulp.
/// </summary>
internal static unsafe class SingleSoftmaxLoss
{
    /// <summary>With fewer logits all arithmetic is FP64.</summary>
    public const int FewestLogits = 1 << 14;

    // Above it a factor is no FP32 number, though its product with an exponential may be one.
    private const double LargestFactor = 3e38;

    /// <summary>
    /// Does all of a tile, of which the columns are prepared, but to write the losses. False, with the columns still prepared, for what FP32 is too
    /// narrow for: scores more than 80 apart or not finite, or a factor beyond its largest number.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryLabels<V>(in LossTile tile, float* scores, float* gradient, AxisView view, int first, int count)
        where V : struct, IDoubleLanes<V>
    {
        int stride = FloatTile.Stride(tile.Width);
        float* exponentials = (float*)tile.Scores;
        FloatTile.Load(scores, view, first, count, exponentials, stride);
        if (!TrySum(tile, exponentials, stride, count))
        {
            return false;
        }

        Widen<V>(tile, count);
        SoftmaxLoss.Lose<float, V>(tile, Tile.WholeLanes(count));
        if (!tile.WantsGradient)
        {
            return true;
        }

        if (!TryNarrow<V>(tile, count))
        {
            return false;
        }

        float* target = FloatTile.InPlace(gradient, view, first, count);
        if (target != null)
        {
            Pull(tile, exponentials, stride, target, view.Inner, count);
        }
        else
        {
            Pull(tile, exponentials, stride, exponentials, stride, count);
            FloatTile.Store(exponentials, stride, gradient, view, first, count);
        }

        return true;
    }

    private static bool TrySum(in LossTile tile, float* scores, long stride, int count) =>
        Vector512.IsHardwareAccelerated ? TrySum<FloatLanes512, Vector512<float>>(tile, scores, stride, count)
        : Vector256.IsHardwareAccelerated ? TrySum<FloatLanes256, Vector256<float>>(tile, scores, stride, count)
        : TrySum<FloatLanes128, Vector128<float>>(tile, scores, stride, count);

    // The exponentials in place of the scores, their sum, and the label's score and exponential: minus infinity and 0 where there is no label.
    // The sum starts at the largest exponential, 1, which so is in it twice: then each that is added is the smaller, and what is lost of it is
    // known exactly.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TrySum<TLanes, TVector>(in LossTile tile, float* scores, long stride, int count)
        where TLanes : struct, IFloatLanes<TVector>
    {
        int classes = tile.Classes;
        ulong all = ulong.MaxValue >> (64 - TLanes.Count);
        ulong narrow = all;
        TVector nextClass = TLanes.Fill(BitConverter.Int32BitsToSingle(1));
        for (int lane = 0; lane < count; lane += TLanes.Count)
        {
            if (lane % FloatTile.Lanes == 0)
            {
                tile.Next.Fetch(lane, classes);
                tile.Written.Fetch(lane, classes);
            }

            float* score = scores + lane;
            TVector largest = TLanes.Load(score);
            for (int c = 1; c < classes; c++)
            {
                score += stride;
                largest = TLanes.Max(TLanes.Load(score), largest);
            }

            score = scores + lane;
            TVector label = TLanes.Load((float*)tile.Label + lane);
            TVector known = TLanes.Fill(0);
            TVector widest = TLanes.Fill(0);
            TVector picked = TLanes.Fill(float.NegativeInfinity);
            TVector own = TLanes.Fill(0);
            TVector sum = TLanes.Fill(1);
            TVector lost = TLanes.Fill(0);
            for (int c = 0; c < classes; c++)
            {
                TVector value = TLanes.Load(score);
                TVector difference = FloatExponential.Difference<TLanes, TVector>(largest, value, out TVector added);
                widest = TLanes.LargerBits(difference, widest);
                picked = TLanes.SelectEqualBits(label, known, value, picked);

                value = FloatExponential.OfMinus<TLanes, TVector>(difference, added);
                TLanes.Store(value, score);
                own = TLanes.SelectEqualBits(label, known, value, own);
                TVector next = TLanes.Add(sum, value);
                lost = TLanes.Add(lost, TLanes.Subtract(value, TLanes.Subtract(next, sum)));
                sum = next;

                known = TLanes.AddBits(known, nextClass);
                score += stride;
            }

            float* column = tile.Singles + lane;
            TLanes.Store(sum, column);
            TLanes.Store(lost, column + tile.Width);
            TLanes.Store(picked, column + (2 * tile.Width));
            TLanes.Store(largest, column + (3 * tile.Width));
            TLanes.Store(own, column + (4 * tile.Width));

            // The bits of a NaN, an infinity or a negative number are above those of any finite positive one.
            narrow &= TLanes.AtMostBits(widest, TLanes.Fill(FloatExponential.Largest));
        }

        return narrow == all;
    }

    // The columns of FP32 to those of FP64.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<V>(in LossTile tile, int count)
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < count; lane += V.Count)
        {
            float* column = tile.Singles + lane;
            var own = V.Load(column + (4 * tile.Width));
            own.Store(tile.Own + lane);
            (V.Load(column) - V.One - own + V.Load(column + tile.Width)).Store(tile.Factor + lane);
            (V.Load(column + (2 * tile.Width)) - V.Load(column + (3 * tile.Width))).Store(tile.Picked + lane);
        }
    }

    // The factor of the exponentials, and the gradient of the label's score.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryNarrow<V>(in LossTile tile, int count)
        where V : struct, IDoubleLanes<V>
    {
        V tooLarge = V.Zero;
        for (int lane = 0; lane < Tile.WholeLanes(count); lane += V.Count)
        {
            var factor = V.Load(tile.Factor + lane);
            factor.Store(tile.Singles + lane);
            (factor * V.Load(tile.Picked + lane)).Store(tile.Singles + tile.Width + lane);
            tooLarge |= V.Less(V.Fill(LargestFactor), V.Abs(factor));
        }

        long* found = stackalloc long[Tile.Lanes];
        tooLarge.Store((double*)found);
        return !new ReadOnlySpan<long>(found, V.Count).ContainsAnyExcept(0);
    }

    private static void Pull(in LossTile tile, float* exponentials, long stride, float* gradient, long gradientStride, int count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Pull<FloatLanes512, Vector512<float>>(tile, exponentials, stride, gradient, gradientStride, count);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Pull<FloatLanes256, Vector256<float>>(tile, exponentials, stride, gradient, gradientStride, count);
        }
        else
        {
            Pull<FloatLanes128, Vector128<float>>(tile, exponentials, stride, gradient, gradientStride, count);
        }
    }

    // Along two classes at a time: memory likes long runs, and what is known of a position is loaded half as often.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pull<TLanes, TVector>(in LossTile tile, float* exponentials, long stride, float* gradient, long gradientStride, int count)
        where TLanes : struct, IFloatLanes<TVector>
    {
        float* labels = (float*)tile.Label;
        for (int c = 0; c < tile.Classes; c += 2)
        {
            bool isPair = c + 1 < tile.Classes;
            TVector first = TLanes.Fill(BitConverter.Int32BitsToSingle(c));
            TVector second = TLanes.Fill(BitConverter.Int32BitsToSingle(c + 1));
            for (int lane = 0; lane < count; lane += TLanes.Count)
            {
                TVector factor = TLanes.Load(tile.Singles + lane);
                TVector atLabel = TLanes.Load(tile.Singles + tile.Width + lane);
                TVector label = TLanes.Load(labels + lane);
                TVector pulled = TLanes.Multiply(factor, TLanes.Load(exponentials + lane));
                TLanes.Store(TLanes.SelectEqualBits(label, first, atLabel, pulled), gradient + lane);
                if (isPair)
                {
                    pulled = TLanes.Multiply(factor, TLanes.Load(exponentials + stride + lane));
                    TLanes.Store(TLanes.SelectEqualBits(label, second, atLabel, pulled), gradient + gradientStride + lane);
                }
            }

            exponentials += 2 * stride;
            gradient += 2 * gradientStride;
        }
    }
}
