
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The loss of one element by itself, and its derivative with respect to the score, as many elements at a time as the machine has lanes.</summary>
internal interface IElementLoss
{
    /// <summary>Computes losses and slopes in FP64.</summary>
    /// <param name="score">What the loss is differentiated by.</param>
    /// <param name="target">What the score should be.</param>
    /// <param name="positive">The weight of the positive side; 1 where none was given.</param>
    /// <param name="slope">The derivatives.</param>
    V Evaluate<V>(V score, V target, V positive, out V slope)
        where V : struct, IDoubleLanes<V>;
}
