using System.Globalization;

namespace GradService.Numerics.Selection;

/// <summary>How many candidates a selection may have.</summary>
internal static class Candidates
{
    /// <summary>The most: the working memory of a row is 100 bytes a candidate.</summary>
    public const int Most = 1 << 20;

    /// <summary>Refuses none, and more than are possible.</summary>
    /// <exception cref="OperandException">There are none, or more than <see cref="Most"/>.</exception>
    public static void Check(int candidates)
    {
        if (candidates < 1)
        {
            throw new OperandException("logits", "logits have no candidates: their last axis must have a length of at least 1.");
        }

        if (candidates > Most)
        {
            throw new OperandException("logits", string.Create(CultureInfo.InvariantCulture, $"{candidates} candidates were found; at most {Most} are possible. Is the last axis the right one?"));
        }
    }
}
