using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The loss of eight positions whose classes do not depend on each other: from log-probabilities, or from clipped probabilities.</summary>
internal static unsafe class DirectLoss
{
    /// <summary>Against class indices.</summary>
    public static void Labels(in LossTile tile, int lane, bool logarithmic, double epsilon)
    {
        double* scores = tile.Scores + lane;
        Vector512<double> upstream = Vector512.ConditionalSelect(SoftmaxLoss.Ignored(tile, lane), Vector512<double>.Zero, Vector512.Load(tile.Upstream + lane));
        Vector512<double> hit = Vector512.Load(tile.Hit + lane);
        Vector512<double> spread = Vector512.Load(tile.Spread + lane);
        Vector512<double> picked = Vector512.Load(tile.Picked + lane);
        Class(picked, logarithmic, epsilon, out Vector512<double> pickedLoss, out Vector512<double> pickedSlope);
        Vector512<double> loss = hit * pickedLoss;
        Vector512<double> atLabel = upstream * hit * pickedSlope;
        for (int c = 0; c < tile.Classes; c++, scores += tile.Stride)
        {
            Vector512<double> gradient = Vector512<double>.Zero;
            if (tile.Smoothing != 0)
            {
                Class(Vector512.Load(scores), logarithmic, epsilon, out Vector512<double> classLoss, out Vector512<double> classSlope);
                Vector512<double> target = spread * Vector512.Create(tile.Weight[c]);
                loss = Vector512.FusedMultiplyAdd(target, classLoss, loss);
                gradient = upstream * target * classSlope;
            }

            gradient.Store(scores);
        }

        SoftmaxLoss.WriteLoss(tile, lane, loss);
        if (tile.Smoothing != 0)
        {
            atLabel += upstream * spread * Vector512.Load(tile.LabelWeight + lane) * pickedSlope;
        }

        atLabel.Store(tile.Picked + lane);
        Vector512<double>.One.Store(tile.Factor + lane);
    }

    /// <summary>Against shares.</summary>
    public static void Shares(in LossTile tile, int lane, bool logarithmic, double epsilon)
    {
        _ = Targets.Form(tile, lane);
        double* scores = tile.Scores + lane;
        double* shares = tile.Shares + lane;
        Vector512<double> hit = Vector512.Load(tile.Hit + lane);
        Vector512<double> upstream = Vector512.Load(tile.Upstream + lane) * hit;
        Vector512<double> loss = Vector512<double>.Zero;
        for (int c = 0; c < tile.Classes; c++, scores += tile.Stride, shares += tile.Stride)
        {
            Vector512<double> target = Vector512.Load(shares);
            Class(Vector512.Load(scores), logarithmic, epsilon, out Vector512<double> classLoss, out Vector512<double> classSlope);
            loss = Vector512.FusedMultiplyAdd(target, classLoss, loss);
            (upstream * target * classSlope).Store(scores);
        }

        SoftmaxLoss.WriteLoss(tile, lane, hit * loss);
        Vector512<double>.One.Store(tile.Factor + lane);
    }

    // The loss of one class and its derivative: -x and -1, or -log p and -1/p within the clip, 0 without.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Class(Vector512<double> score, bool logarithmic, double epsilon, out Vector512<double> loss, out Vector512<double> slope)
    {
        if (!logarithmic)
        {
            loss = Vector512<double>.Zero - score;
            slope = Vector512.Create(-1.0);
            return;
        }

        Vector512<double> low = Vector512.Create(epsilon);
        Vector512<double> high = Vector512.Create(1 - epsilon);
        Vector512<double> clipped = Vector512.ConditionalSelect(Vector512.LessThan(score, low), low, score);
        clipped = Vector512.ConditionalSelect(Vector512.GreaterThan(clipped, high), high, clipped);
        loss = Vector512<double>.Zero - Logarithm.OfPositive(clipped);
        Vector512<double> within = Vector512.GreaterThanOrEqual(score, low) & Vector512.LessThanOrEqual(score, high);
        slope = Vector512.ConditionalSelect(within, Vector512.Create(-1.0) / score, Vector512<double>.Zero);
    }
}
