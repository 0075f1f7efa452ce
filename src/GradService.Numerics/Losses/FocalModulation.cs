using System.Runtime.CompilerServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>What the focal loss multiplies cross-entropy's loss by, and its slope.</summary>
/// <param name="Loss">(1 - p)^gamma.</param>
/// <param name="Slope">(1 - p)^gamma + gamma (1 - p)^(gamma - 1) p n, with n = -log p: what the gradient of cross-entropy is multiplied by.</param>
internal readonly record struct FocalModulation<V>(V Loss, V Slope)
    where V : struct, IDoubleLanes<V>
{
    /// <summary>Evaluates some probabilities at once.</summary>
    /// <param name="gamma">The power, above 0.</param>
    /// <param name="probability">p.</param>
    /// <param name="complement">1 - p, with all its digits however small.</param>
    /// <param name="information">-log p.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FocalModulation<V> Of(double gamma, V probability, V complement, V information)
    {
        V power = Power(complement, gamma);

        // p n / (1 - p) tends to 1 as p tends to 1, where it is 0 / 0, and to 0 with p, where it is 0 times infinity.
        V certain = V.Equal(complement, V.Zero);
        V impossible = V.Equal(probability, V.Zero);
        V ratio = V.Select(certain, V.One, probability * information / complement);
        ratio = V.Select(impossible, V.Zero, ratio);
        return new FocalModulation<V>(power, V.FusedMultiplyAdd(V.Fill(gamma) * ratio, power, power));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Power(V complement, double gamma)
    {
        if (gamma == 1)
        {
            return complement;
        }

        if (gamma == 2)
        {
            return complement * complement;
        }

        V zero = V.Equal(complement, V.Zero);
        V log = Logarithm.OfPositive(V.Select(zero, V.One, complement));

        // The quotient that 1 - p comes from may round to one ulp above 1.
        V exponent = V.Fill(gamma) * log;
        exponent = V.Select(V.Less(V.Zero, exponent), V.Zero, exponent);
        return V.Select(zero, V.Zero, Exponential.OfNonPositive<double, V>(exponent));
    }
}
