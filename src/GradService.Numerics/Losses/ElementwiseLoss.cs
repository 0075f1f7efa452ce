using System.Numerics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The core of the losses whose elements know nothing of each other: lengths, chunks, the sum.</summary>
internal static unsafe class ElementwiseLoss
{
    /// <summary>Elements in a chunk, and in a block of working memory within it.</summary>
    public const int ChunkLength = 32768;

    /// <summary>Evaluates all elements. The mean divides by their number, whatever they weigh.</summary>
    public static LossSummary Evaluate<T, TLoss>(
        TLoss loss,
        ReadOnlySpan<T> scores,
        ReadOnlySpan<T> targets,
        ReadOnlySpan<T> positive,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> upstream,
        Reduction reduction,
        int examples,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLoss : struct, IElementLoss
    {
        double denominator = reduction switch
        {
            Reduction.Mean or Reduction.MeanElements => scores.Length,
            Reduction.MeanBatch => examples,
            _ => 1,
        };
        var sums = new double[Chunks.Count(scores.Length, ChunkLength)];
        fixed (T* scoresAt = scores, targetsAt = targets, positiveAt = positive, weightAt = weight, upstreamAt = upstream, lossesAt = losses, gradientAt = gradient)
        {
            bool each = reduction == Reduction.None;
            var job = new ElementwiseLossJob<T, TLoss>
            {
                Loss = loss,
                Length = scores.Length,
                Scores = scoresAt,
                Targets = targetsAt,
                Positive = positiveAt,
                Weight = weightAt,
                Upstream = each ? upstreamAt : null,
                Scale = (each || upstream.IsEmpty ? 1 : double.CreateTruncating(upstream[0])) / denominator,
                Losses = lossesAt,
                Gradient = gradientAt,
                Sums = sums,
            };
            Chunks.RunOnLanes(sums.Length, job, execution);
        }

        double sum = 0;
        foreach (double part in sums)
        {
            sum += part;
        }

        return new LossSummary(sum / denominator, denominator, scores.Length);
    }

    /// <summary>Refuses operands whose lengths are not those of the scores.</summary>
    public static void RequireLengths(
        string operand, Reduction reduction, int examples, int scores, (string Name, int Length) targets, int positive, int weight, int upstream, int losses, int gradient)
    {
        if (examples < 0)
        {
            throw new OperandException("examples", $"examples is {examples}; it is a length, so at least 0.");
        }

        Require.Length(targets.Name, targets.Length, scores, $"one for each of the {operand}");
        Require.LengthOrNone("posWeight", positive, scores, $"one for each of the {operand}");
        Require.LengthOrNone("weight", weight, scores, $"one for each of the {operand}");
        bool each = reduction == Reduction.None;
        Require.LengthOrNone("upstream", upstream, each ? scores : 1, each ? "one for each element's loss" : "one for the one reduced loss");
        Require.Length("losses", losses, each ? scores : 0, each ? "one for each element" : "none, as the losses are reduced");
        Require.LengthOrNone("gradient", gradient, scores, $"one for each of the {operand}");
    }
}
