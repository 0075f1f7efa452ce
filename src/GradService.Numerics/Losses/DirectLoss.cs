using System.Runtime.CompilerServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The loss of some positions whose classes do not depend on each other: from log-probabilities, or from clipped probabilities.</summary>
internal static unsafe class DirectLoss
{
    /// <summary>Against class indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Labels<V>(in LossTile tile, int lane, bool logarithmic, double epsilon)
        where V : struct, IDoubleLanes<V>
    {
        double* scores = tile.Scores + lane;
        V upstream = V.Select(SoftmaxLoss.Ignored<V>(tile, lane), V.Zero, V.Load(tile.Upstream + lane));
        V hit = V.Load(tile.Hit + lane);
        V spread = V.Load(tile.Spread + lane);
        V picked = V.Load(tile.Picked + lane);
        Class(picked, logarithmic, epsilon, out V pickedLoss, out V pickedSlope);
        V loss = hit * pickedLoss;
        V atLabel = upstream * hit * pickedSlope;
        for (int c = 0; c < tile.Classes; c++, scores += tile.Stride)
        {
            V gradient = V.Zero;
            if (tile.Smoothing != 0)
            {
                Class(V.Load(scores), logarithmic, epsilon, out V classLoss, out V classSlope);
                V target = spread * V.Fill(tile.Weight[c]);
                loss = V.FusedMultiplyAdd(target, classLoss, loss);
                gradient = upstream * target * classSlope;
            }

            gradient.Store(scores);
        }

        SoftmaxLoss.WriteLoss(tile, lane, loss);
        if (tile.Smoothing != 0)
        {
            atLabel += upstream * spread * V.Load(tile.LabelWeight + lane) * pickedSlope;
        }

        atLabel.Store(tile.Picked + lane);
        V.One.Store(tile.Factor + lane);
    }

    /// <summary>Against shares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Shares<V>(in LossTile tile, int lane, bool logarithmic, double epsilon)
        where V : struct, IDoubleLanes<V>
    {
        _ = Targets.Form<V>(tile, lane);
        double* scores = tile.Scores + lane;
        double* shares = tile.Shares + lane;
        V hit = V.Load(tile.Hit + lane);
        V upstream = V.Load(tile.Upstream + lane) * hit;
        V loss = V.Zero;
        for (int c = 0; c < tile.Classes; c++, scores += tile.Stride, shares += tile.Stride)
        {
            V target = V.Load(shares);
            Class(V.Load(scores), logarithmic, epsilon, out V classLoss, out V classSlope);
            loss = V.FusedMultiplyAdd(target, classLoss, loss);
            (upstream * target * classSlope).Store(scores);
        }

        SoftmaxLoss.WriteLoss(tile, lane, hit * loss);
        V.One.Store(tile.Factor + lane);
    }

    // The loss of one class and its derivative: -x and -1, or -log p and -1/p within the clip, 0 without.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Class<V>(V score, bool logarithmic, double epsilon, out V loss, out V slope)
        where V : struct, IDoubleLanes<V>
    {
        if (!logarithmic)
        {
            loss = V.Zero - score;
            slope = V.Fill(-1.0);
            return;
        }

        V low = V.Fill(epsilon);
        V high = V.Fill(1 - epsilon);
        V clipped = V.Select(V.Less(score, low), low, score);
        clipped = V.Select(V.Less(high, clipped), high, clipped);
        loss = V.Zero - Logarithm.OfPositive(clipped);
        V within = V.AtMost(low, score) & V.AtMost(score, high);
        slope = V.Select(within, V.Fill(-1.0) / score, V.Zero);
    }
}
