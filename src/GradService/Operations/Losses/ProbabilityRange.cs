using System.Numerics;
using GradService.Catalog;

namespace GradService.Operations.Losses;

/// <summary>Whether scores that are said to be probabilities can be.</summary>
internal static class ProbabilityRange
{
    /// <summary>Warns of scores outside 0 to 1, which are clipped and get no gradient: most often they are logits.</summary>
    public static void Check<T>(ReadOnlySpan<T> scores, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int outside = 0;
        foreach (T score in scores)
        {
            outside += score < T.Zero || score > T.One ? 1 : 0;
        }

        if (outside > 0)
        {
            run.Warn($"Probabilities outside 0 to 1 were found ({outside} of {scores.Length}): they are clipped, and their gradient is 0. If they are unnormalised scores, send from = logits.");
        }
    }
}
