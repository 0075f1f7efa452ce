using System.Runtime.CompilerServices;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>
/// Cross-entropy and focal loss of FP32 logits against class indices: <see cref="SoftmaxLoss"/> with the exponentials in FP32, twice as many
/// at a time. What is known of a position rather than of a class is FP64 as ever, and so is in effect the sum of the exponentials, whose
/// rounding is carried along. Losses are within 3 ulp and gradients within 4.5, those of the focal loss, which raises 1 - p to a power, within
/// 1 + gamma times as many.
/// </summary>
/// <remarks>
/// An exponential is within 0.75 times 2^-23 of itself. Where most classes have one score, so is their sum, and the exponential of another class may
/// be off to the other side: 1.5 times 2^-23 for a gradient and 0.5 for the rounding of its factor are less than 4 ulp; its own rounding is half of one.
/// </remarks>
internal static unsafe class SingleSoftmaxLoss
{
    private const int Step = FloatTile.Lanes;

    // Makes an FP64 number infinite that would be in FP32, or nearly so: 2^897.
    private const double BeyondSingle = 1.0565890465146176e270;

    /// <summary>
    /// Does all of a tile, of which the columns are prepared, but to write the losses. False, with the columns still prepared, for what FP32 is too
    /// narrow for: scores more than 80 apart, beyond 8192 or not finite, or a gradient that may be beyond its largest
    /// number. True tells that all of the gradient is finite.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryLabels<V>(in LossTile tile, float* scores, float* gradient, AxisView view, int first, int count)
        where V : struct, IDoubleLanes<V>
    {
        float* exponentials = (float*)tile.Scores;
        float* source = FloatTile.InPlace(scores, view, first, count);
        if (source != null)
        {
            float* target = tile.WantsGradient ? FloatTile.InPlace(gradient, view, first, count) : null;
            return TryLabels<V>(tile, source, target, view.Inner, count, isInTile: false);
        }

        int stride = FloatTile.Stride(tile.Width);
        Tile.Load(scores, view, first, count, exponentials, stride);
        if (!TryLabels<V>(tile, exponentials, tile.WantsGradient ? exponentials : null, stride, count, isInTile: true))
        {
            return false;
        }

        if (tile.WantsGradient)
        {
            Tile.Store(exponentials, stride, factors: null, gradient, view, first, count);
        }

        return true;
    }

    // While the exponentials of some positions are computed, the logarithms of those before them are waited for and their gradients find their way
    // to memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryLabels<V>(in LossTile tile, float* source, float* target, long stride, int count, bool isInTile)
        where V : struct, IDoubleLanes<V>
    {
        V nothing = V.Zero;
        Softmax(tile, 0, stride, isInTile).Load(source, stride);
        for (int lane = 0; lane < count + Step; lane += Step)
        {
            FloatSoftmax before = Softmax(tile, Math.Max(0, lane - Step), stride, isInTile);
            for (int some = 0; lane > 0 && some < Step; some += V.Count)
            {
                Lose(tile, before, lane - Step, some, ref nothing);
            }

            if (lane < count)
            {
                if (isInTile)
                {
                    tile.Next.Fetch(lane, tile.Classes);
                    tile.Written.Fetch(lane, tile.Classes);
                }

                int next = lane + Step < count ? lane + Step : lane;
                if (!Softmax(tile, lane, stride, isInTile).TryEvaluate<V>(Softmax(tile, next, stride, isInTile), source + next, stride))
                {
                    return false;
                }
            }

            if (lane > 0 && target != null)
            {
                before.Write(target + lane - Step, stride);
            }
        }

        return IsZero(nothing);
    }

    // Exponentials beside scores that are elsewhere take turns as the columns do.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FloatSoftmax Softmax(in LossTile tile, int lane, long stride, bool isInTile)
    {
        int* labels = tile.Label + lane;
        float* exponentials = (float*)tile.Scores;
        return isInTile
            ? new FloatSoftmax(tile.Classes, labels, exponentials + lane, stride, lane, tile.Singles)
            : new FloatSoftmax(tile.Classes, labels, exponentials + (FloatSoftmax.Turn(lane) * tile.Classes * Step), Step, lane, tile.Singles);
    }

    // The losses, the factor of the exponentials, and the gradient of the label's score.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lose<V>(in LossTile tile, FloatSoftmax softmax, int first, int some, ref V nothing)
        where V : struct, IDoubleLanes<V>
    {
        int lane = first + some;
        var own = V.Load(softmax.Own + some);
        V rest = softmax.AllButOne<V>(some);
        V others = softmax.Others<V>(some);
        V below = V.Load(softmax.Picked + some) - V.Load(softmax.Largest + some);
        V information = Logarithm.OfOnePlus<float, V>(rest, V.One + rest, out V reciprocal) - below;
        V ignored = SoftmaxLoss.Ignored<V>(tile, lane);
        var pull = V.Load(tile.Hit + lane);
        V loss = pull * information;
        if (tile.Gamma != 0)
        {
            var modulation = FocalModulation<V>.Of(tile.Gamma, own * reciprocal, others * reciprocal, information);
            loss *= modulation.Loss;
            pull *= modulation.Slope;
        }

        V.Select(ignored, V.Zero, loss).Store(tile.Loss + lane);
        if (tile.WantsGradient)
        {
            pull *= V.Load(tile.Upstream + lane);
            V factor = V.Select(ignored, V.Zero, pull * reciprocal);
            softmax.Weigh(some, factor, factor * (V.Zero - others));

            // No number of the position's gradient is larger. What is multiplied by 0 is 0, or NaN where it was not finite.
            nothing = V.FusedMultiplyAdd(pull * V.Fill(BeyondSingle), V.Zero, nothing);
        }
    }

    private static bool IsZero<V>(V value)
        where V : struct, IDoubleLanes<V>
    {
        double* lanes = stackalloc double[Tile.Lanes];
        value.Store(lanes);
        return !new ReadOnlySpan<double>(lanes, V.Count).ContainsAnyExcept(0);
    }
}
