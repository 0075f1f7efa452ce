using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Losses;

/// <summary>The targets of eight positions whose labels are class probabilities.</summary>
internal static unsafe class Targets
{
    /// <summary>Replaces shares q by targets w_c ((1 - e) q_c + e / C) and adds them up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Form(in LossTile tile, int lane)
    {
        double* shares = tile.Shares + lane;
        Vector512<double> kept = Vector512.Create(1 - tile.Smoothing);
        Vector512<double> even = Vector512.Create(tile.Smoothing / tile.Classes);
        Vector512<double> total = Vector512<double>.Zero;
        for (int c = 0; c < tile.Classes; c++, shares += tile.Stride)
        {
            Vector512<double> target = Vector512.Create(tile.Weight[c]) * ((kept * Vector512.Load(shares)) + even);
            target.Store(shares);
            total += target;
        }

        return total;
    }

    /// <summary>What the logits are multiplied by: the weight of the prediction, or the weights averaged over the shares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Scale(in LossTile tile, int lane)
    {
        if (tile.ScaleWeight == null)
        {
            return Vector512.Load(tile.Scale + lane);
        }

        double* shares = tile.Shares + lane;
        Vector512<double> scale = Vector512<double>.Zero;
        for (int c = 0; c < tile.Classes; c++, shares += tile.Stride)
        {
            scale = Vector512.FusedMultiplyAdd(Vector512.Create(tile.ScaleWeight[c]), Vector512.Load(shares), scale);
        }

        return scale;
    }
}
