namespace GradService.Numerics.Classification;

/// <summary>A fitted model and how it came about.</summary>
/// <param name="Classifier">Its features and rows.</param>
/// <param name="Coef">The coefficients, [rows, F].</param>
/// <param name="Intercept">The intercepts, [rows]; zeros where none was fitted.</param>
/// <param name="LossHistory">The summed loss with its penalty before the first step and after each.</param>
/// <param name="End">Why the fit ended.</param>
public sealed record LogisticFitResult(LinearClassifier Classifier, double[] Coef, double[] Intercept, double[] LossHistory, FitEnd End)
{
    /// <summary>The number of steps.</summary>
    public int Iterations => LossHistory.Length - 1;
}
