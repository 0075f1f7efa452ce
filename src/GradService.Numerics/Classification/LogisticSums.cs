namespace GradService.Numerics.Classification;

/// <summary>What one pass over the samples adds up, whatever is done with it: an answer, a step of a fit, or one shard of many.</summary>
/// <param name="Loss">The sum of the weighted losses, in nats.</param>
/// <param name="Weight">The sum of the weights.</param>
/// <param name="Correct">The summed weight of the samples whose most probable class is their label; z = 0 counts as class 1.</param>
/// <param name="LeastMargin">The smallest difference, over all samples of positive weight, between the label's score and the best other; above 0 the model separates the classes.</param>
/// <param name="GreatestMargin">The largest difference between a label's score and the worst other.</param>
internal readonly record struct LogisticSums(double Loss, double Weight, double Correct, double LeastMargin, double GreatestMargin)
{
    public static LogisticSums Nothing { get; } = new(0, 0, 0, double.PositiveInfinity, double.NegativeInfinity);

    public static LogisticSums operator +(LogisticSums left, LogisticSums right) => new(
        left.Loss + right.Loss,
        left.Weight + right.Weight,
        left.Correct + right.Correct,
        Math.Min(left.LeastMargin, right.LeastMargin),
        Math.Max(left.GreatestMargin, right.GreatestMargin));
}
