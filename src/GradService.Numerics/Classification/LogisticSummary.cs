namespace GradService.Numerics.Classification;

/// <summary>The loss of a logistic model over all samples.</summary>
/// <param name="Loss">The reduced loss with its penalty, in nats; under <see cref="Losses.Reduction.None"/> the sum.</param>
/// <param name="Denominator">What the sum was divided by.</param>
/// <param name="Accuracy">The share of the weight whose predicted class is its label (z = 0 counts as class 1); NaN where there is no weight.</param>
public readonly record struct LogisticSummary(double Loss, double Denominator, double Accuracy);
