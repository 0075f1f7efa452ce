using System.Runtime.CompilerServices;

using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The targets of some positions whose labels are class probabilities.</summary>
internal static unsafe class Targets
{
    /// <summary>Replaces shares q by targets w_c ((1 - e) q_c + e / C) and adds them up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Form<V>(in LossTile tile, int lane)
        where V : struct, IDoubleLanes<V>
    {
        double* shares = tile.Shares + lane;
        V kept = V.Fill(1 - tile.Smoothing);
        V even = V.Fill(tile.Smoothing / tile.Classes);
        V total = V.Zero;
        for (int c = 0; c < tile.Classes; c++, shares += tile.Stride)
        {
            V target = V.Fill(tile.Weight[c]) * ((kept * V.Load(shares)) + even);
            target.Store(shares);
            total += target;
        }

        return total;
    }

    /// <summary>What the logits are multiplied by: the weight of the prediction, or the weights averaged over the shares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Scale<V>(in LossTile tile, int lane)
        where V : struct, IDoubleLanes<V>
    {
        if (tile.ScaleWeight == null)
        {
            return V.Load(tile.Scale + lane);
        }

        double* shares = tile.Shares + lane;
        V scale = V.Zero;
        for (int c = 0; c < tile.Classes; c++, shares += tile.Stride)
        {
            scale = V.FusedMultiplyAdd(V.Fill(tile.ScaleWeight[c]), V.Load(shares), scale);
        }

        return scale;
    }
}
