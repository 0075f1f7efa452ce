using System.Globalization;

namespace GradService.Numerics.Classification;

/// <summary>The probability above which a binary model predicts class 1, as the logit that is compared with the score.</summary>
internal static class DecisionThreshold
{
    /// <summary>log(t / (1 - t)); exactly 0 for a half.</summary>
    /// <param name="threshold">t.</param>
    /// <param name="classifier">The model.</param>
    /// <exception cref="OperandException">The threshold is not inside (0, 1), or the model has more than one score.</exception>
    public static double Logit(double threshold, LinearClassifier classifier)
    {
        if (threshold is not (> 0 and < 1))
        {
            throw new OperandException(
                nameof(threshold), string.Create(CultureInfo.InvariantCulture, $"{threshold} is not a threshold: it must be a probability above 0 and below 1."));
        }

        if (threshold != 0.5 && !classifier.IsBinary)
        {
            throw new OperandException(
                nameof(threshold),
                $"A threshold is for two classes, and coef has {classifier.Classes}: the most probable class is predicted. Leave threshold out.");
        }

        return Math.Log(threshold / (1 - threshold));
    }
}
