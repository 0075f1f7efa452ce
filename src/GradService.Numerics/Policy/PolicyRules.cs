using System.Globalization;
using GradService.Numerics.Losses;

namespace GradService.Numerics.Policy;

/// <summary>The rules that the policy losses share.</summary>
internal static class PolicyRules
{
    public static void PerSample(int found, int samples, string operand)
    {
        if (found != samples)
        {
            throw new OperandException(operand, string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(found, "value was", "values were")} found; expected {samples}, one for each sample."));
        }
    }

    public static void Finite(double value, string operand)
    {
        if (!double.IsFinite(value))
        {
            throw new OperandException(operand, string.Create(CultureInfo.InvariantCulture, $"{value} was found; expected a finite number."));
        }
    }

    // Samples carry no weights, so every kind of mean divides by their number.
    public static double Denominator(Reduction reduction, int samples) => reduction is Reduction.None or Reduction.Sum ? 1 : samples;
}
