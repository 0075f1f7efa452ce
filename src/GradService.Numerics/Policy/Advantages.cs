using System.Globalization;
using System.Numerics;

namespace GradService.Numerics.Policy;

/// <summary>What is subtracted from the returns before they weigh the score: it changes the variance of the gradient, not its expectation.</summary>
public enum BaselineMode
{
    /// <summary>Nothing, or the baseline that the caller sends.</summary>
    None,

    /// <summary>The mean of all returns of the batch.</summary>
    Mean,

    /// <summary>The mean of the other returns of the batch, so that no return is compared with itself; with one sample, nothing.</summary>
    LeaveOneOut,
}

/// <summary>Returns made into advantages: minus a baseline and, when asked for, brought to mean 0 and standard deviation 1.</summary>
public static class Advantages
{
    /// <summary>Added to the standard deviation, so that equal advantages become 0 and not 0/0.</summary>
    public const double NormalizationFloor = 1e-8;

    /// <summary>Computes advantages.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="returns">G, <c>[B]</c>; or advantages already.</param>
    /// <param name="baseline">What the caller subtracts, <c>[B]</c>; empty for none.</param>
    /// <param name="mode">What is subtracted of the batch itself, after the caller's baseline.</param>
    /// <param name="normalize">Whether to subtract the mean and divide by the population standard deviation plus 1e-8.</param>
    /// <param name="advantages">Receives A, <c>[B]</c>.</param>
    /// <exception cref="OperandException">The baseline has another length.</exception>
    /// <remarks>
    /// A baseline may depend on the state but not on the action: sum_a pi(a) grad log pi(a) b = b grad 1 = 0.
    /// Source: Williams 1992; Kool, van Hoof and Welling, Buy 4 REINFORCE Samples, Get a Baseline for Free, 2019 (leave one out).
    /// </remarks>
    public static void Evaluate<T>(ReadOnlySpan<T> returns, ReadOnlySpan<T> baseline, BaselineMode mode, bool normalize, Span<T> advantages)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!baseline.IsEmpty && baseline.Length != returns.Length)
        {
            throw new OperandException(
                nameof(baseline),
                string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(baseline.Length, "value was", "values were")} found; expected {returns.Length}, one for each sample."));
        }

        double sum = 0;
        for (int i = 0; i < returns.Length; i++)
        {
            sum += Above(returns, baseline, i);
        }

        (double shift, double scale) = (0, 1);
        if (normalize)
        {
            (shift, scale) = Moments(returns, baseline, mode, sum);
        }

        for (int i = 0; i < returns.Length; i++)
        {
            advantages[i] = T.CreateTruncating((Advantage(returns, baseline, mode, sum, i) - shift) / scale);
        }
    }

    private static (double Mean, double Deviation) Moments<T>(ReadOnlySpan<T> returns, ReadOnlySpan<T> baseline, BaselineMode mode, double sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double mean = 0;
        for (int i = 0; i < returns.Length; i++)
        {
            mean += Advantage(returns, baseline, mode, sum, i);
        }

        mean /= returns.Length;
        double squares = 0;
        for (int i = 0; i < returns.Length; i++)
        {
            double difference = Advantage(returns, baseline, mode, sum, i) - mean;
            squares += difference * difference;
        }

        return (mean, Math.Sqrt(squares / returns.Length) + NormalizationFloor);
    }

    private static double Advantage<T>(ReadOnlySpan<T> returns, ReadOnlySpan<T> baseline, BaselineMode mode, double sum, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double own = Above(returns, baseline, i);
        return own - mode switch
        {
            BaselineMode.Mean => sum / returns.Length,
            BaselineMode.LeaveOneOut when returns.Length > 1 => (sum - own) / (returns.Length - 1),
            _ => 0,
        };
    }

    private static double Above<T>(ReadOnlySpan<T> returns, ReadOnlySpan<T> baseline, int i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        double.CreateTruncating(returns[i]) - (baseline.IsEmpty ? 0 : double.CreateTruncating(baseline[i]));
}
