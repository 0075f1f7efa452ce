using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>What the focal loss multiplies cross-entropy's loss by, and its slope.</summary>
/// <param name="Loss">(1 - p)^gamma.</param>
/// <param name="Slope">(1 - p)^gamma + gamma (1 - p)^(gamma - 1) p n, with n = -log p: what the gradient of cross-entropy is multiplied by.</param>
internal readonly record struct FocalModulation(Vector512<double> Loss, Vector512<double> Slope)
{
    /// <summary>Evaluates eight probabilities at once.</summary>
    /// <param name="gamma">The power, above 0.</param>
    /// <param name="probability">p.</param>
    /// <param name="complement">1 - p, with all its digits however small.</param>
    /// <param name="information">-log p.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FocalModulation Of(double gamma, Vector512<double> probability, Vector512<double> complement, Vector512<double> information)
    {
        Vector512<double> power = Power(complement, gamma);

        // p n / (1 - p) tends to 1 as p tends to 1, where it is 0 / 0, and to 0 with p, where it is 0 times infinity.
        Vector512<double> certain = Vector512.Equals(complement, Vector512<double>.Zero);
        Vector512<double> impossible = Vector512.Equals(probability, Vector512<double>.Zero);
        Vector512<double> ratio = Vector512.ConditionalSelect(certain, Vector512<double>.One, probability * information / complement);
        ratio = Vector512.ConditionalSelect(impossible, Vector512<double>.Zero, ratio);
        return new FocalModulation(power, Vector512.FusedMultiplyAdd(Vector512.Create(gamma) * ratio, power, power));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Power(Vector512<double> complement, double gamma)
    {
        if (gamma == 1)
        {
            return complement;
        }

        if (gamma == 2)
        {
            return complement * complement;
        }

        Vector512<double> zero = Vector512.Equals(complement, Vector512<double>.Zero);
        Vector512<double> log = Logarithm.OfPositive(Vector512.ConditionalSelect(zero, Vector512<double>.One, complement));

        // The quotient that 1 - p comes from may round to one ulp above 1.
        Vector512<double> exponent = Vector512.Create(gamma) * log;
        exponent = Vector512.ConditionalSelect(Vector512.GreaterThan(exponent, Vector512<double>.Zero), Vector512<double>.Zero, exponent);
        return Vector512.ConditionalSelect(zero, Vector512<double>.Zero, Exponential.OfNonPositive<double>(exponent));
    }
}
