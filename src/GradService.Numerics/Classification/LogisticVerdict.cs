using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Classification;

/// <summary>What a model's scores of eight samples are worth against their labels.</summary>
/// <param name="Loss">-log p of the label.</param>
/// <param name="IsCorrect">Whether the most probable class, the first where several are, is the label; z = 0 counts as class 1.</param>
/// <param name="Least">The label's score less the best other.</param>
/// <param name="Greatest">The label's score less the worst other.</param>
internal readonly unsafe record struct LogisticVerdict(Vector512<double> Loss, Vector512<double> IsCorrect, Vector512<double> Least, Vector512<double> Greatest)
{
    /// <summary>Of one score, whose losses as class 0 and class 1 the block has among its losses and maxima.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LogisticVerdict OfTwo(in LogisticBlock block, Vector512<long> label)
    {
        Vector512<double> z = Vector512.Load(block.Scores);
        Vector512<double> isOne = Vector512.Equals(label, Vector512<long>.One).AsDouble();
        Vector512<double> margin = Vector512.ConditionalSelect(isOne, z, -z);
        Vector512<double> loss = Vector512.ConditionalSelect(isOne, Vector512.Load(block.Maxima), Vector512.Load(block.Losses));
        return new LogisticVerdict(loss, ~(Vector512.GreaterThanOrEqual(z, Vector512<double>.Zero) ^ isOne), margin, margin);
    }

    /// <summary>Of a score for each class.</summary>
    public static LogisticVerdict OfMany(in LogisticBlock block, Vector512<long> label, int rows)
    {
        Vector512<double> own = Vector512<double>.Zero;
        Vector512<long> best = Vector512<long>.Zero;
        Vector512<double> bestScore = Vector512.Load(block.Scores);
        for (int k = 0; k < rows; k++)
        {
            Vector512<double> score = Vector512.Load(block.Scores + (k * Tile.Lanes));
            own = Vector512.ConditionalSelect(Vector512.Equals(label, Vector512.Create((long)k)).AsDouble(), score, own);
            Vector512<double> isBetter = Vector512.GreaterThan(score, bestScore);
            best = Vector512.ConditionalSelect(isBetter.AsInt64(), Vector512.Create((long)k), best);
            bestScore = Vector512.ConditionalSelect(isBetter, score, bestScore);
        }

        Vector512<double> least = Vector512.Create(double.PositiveInfinity);
        Vector512<double> greatest = Vector512.Create(double.NegativeInfinity);
        for (int k = 0; k < rows; k++)
        {
            Vector512<double> margin = own - Vector512.Load(block.Scores + (k * Tile.Lanes));
            Vector512<double> isOwn = Vector512.Equals(label, Vector512.Create((long)k)).AsDouble();
            least = Vector512.ConditionalSelect(isOwn, least, Vector512.Min(least, margin));
            greatest = Vector512.ConditionalSelect(isOwn, greatest, Vector512.Max(greatest, margin));
        }

        Vector512<double> loss = Vector512.Load(block.Losses) + (Vector512.Load(block.Maxima) - own);
        return new LogisticVerdict(loss, Vector512.Equals(best, label).AsDouble(), least, greatest);
    }
}
