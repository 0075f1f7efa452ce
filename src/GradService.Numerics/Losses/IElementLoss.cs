using System.Runtime.Intrinsics;

namespace GradService.Numerics.Losses;

/// <summary>The loss of one element by itself, and its derivative with respect to the score, eight elements at a time.</summary>
internal interface IElementLoss
{
    /// <summary>Computes eight losses and slopes in FP64.</summary>
    /// <param name="score">What the loss is differentiated by.</param>
    /// <param name="target">What the score should be.</param>
    /// <param name="positive">The weight of the positive side; 1 where none was given.</param>
    /// <param name="slope">The derivatives.</param>
    Vector512<double> Evaluate(Vector512<double> score, Vector512<double> target, Vector512<double> positive, out Vector512<double> slope);
}
