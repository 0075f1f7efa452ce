using System.Globalization;

namespace GradService.Numerics.Activations;

/// <summary>The rule of every softmax temperature: a finite number above 0 with a finite reciprocal.</summary>
internal static class Temperature
{
    /// <summary>Refuses a temperature that divides by nothing or turns the logits round.</summary>
    /// <param name="temperature">What the caller sent.</param>
    /// <exception cref="OperandException">It is not a finite number above 0, or so small that its reciprocal is infinite.</exception>
    public static void Check(double temperature)
    {
        if (!(temperature > 0) || double.IsInfinity(temperature) || double.IsInfinity(1 / temperature))
        {
            throw new OperandException(
                nameof(temperature),
                string.Create(CultureInfo.InvariantCulture, $"{temperature} is not a temperature: it must be a finite number of at least 1e-308. For the most probable choice alone take the arg-max."));
        }
    }
}
