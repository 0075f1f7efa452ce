using System.Numerics;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>What a first look at the labels finds in one chunk of them.</summary>
internal struct LabelledLossTally
{
    /// <summary>The sum of the counted elements' weights, as the mean divides by it.</summary>
    public double Weights;

    /// <summary>The elements not ignored.</summary>
    public long Counted;

    /// <summary>The first label that is no class, or -1.</summary>
    public int BadLabel;

    /// <summary>The first prediction that is no class, or -1.</summary>
    public int BadPrediction;
}

/// <summary>Checks labels and predictions and adds up the weights before anything is written: the mean's gradient needs their sum.</summary>
internal readonly unsafe struct LabelledLossCount<T>(LabelledLossOperands<T> operands, LabelledLossSettings settings, LabelledLossTally[] tallies) : IChunkJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The positions in a chunk.</summary>
    public const int ChunkPositions = 32768;

    public void Run(int chunk)
    {
        int first = chunk * ChunkPositions;
        int end = (int)Math.Min(operands.View.Positions, (long)first + ChunkPositions);
        var tally = new LabelledLossTally { BadLabel = -1, BadPrediction = -1 };
        for (int position = first; operands.Predictions != null && position < end; position++)
        {
            if ((uint)operands.Predictions[position] >= (uint)operands.View.Count)
            {
                tally.BadPrediction = position;
                break;
            }
        }

        if (tally.BadPrediction < 0)
        {
            if (operands.Labels == null)
            {
                tally.Counted = end - first;
                tally.Weights = Sum(first, end);
            }
            else if (operands.SampleWeight == null && operands.Predictions == null)
            {
                AddLabels(first, end, ref tally);
            }
            else
            {
                AddElements(first, end, ref tally);
            }
        }

        tallies[chunk] = tally;
    }

    private double Sum(int first, int end)
    {
        double sum = 0;
        for (int position = first; operands.SampleWeight != null && position < end; position++)
        {
            sum += double.CreateTruncating(operands.SampleWeight[position]);
        }

        return operands.SampleWeight == null ? end - first : sum;
    }

    // Blocks without a branch when nothing in them is ignored.
    private void AddLabels(int first, int end, ref LabelledLossTally tally)
    {
        int classes = operands.View.Count;
        int ignore = settings.IgnoreIndex;
        double* weight = operands.Weight;
        int* labels = operands.Labels;
        bool alike = new ReadOnlySpan<double>(weight, classes).IndexOfAnyExcept(1) < 0;
        Vector512<double> sum = Vector512<double>.Zero;
        long counted = 0;
        int position = first;
        for (; position <= end - LabelBlock.Count; position += LabelBlock.Count)
        {
            int* block = labels + position;
            if (LabelBlock.AllCount(block, classes, ignore))
            {
                if (!alike)
                {
                    sum += LabelBlock.LookUp(block, weight, classes);
                }

                counted += LabelBlock.Count;
                continue;
            }

            for (int at = position; at < position + LabelBlock.Count; at++)
            {
                if (!AddLabel(at, ref tally))
                {
                    return;
                }
            }
        }

        for (; position < end; position++)
        {
            if (!AddLabel(position, ref tally))
            {
                return;
            }
        }

        tally.Counted += counted;
        tally.Weights = alike || settings.ApplyTo == ApplyTo.Logits ? tally.Counted : tally.Weights + Lanes.Sum(sum);
    }

    // Whether the label at a position is a class or the ignored one.
    private bool AddLabel(int position, ref LabelledLossTally tally)
    {
        int label = operands.Labels[position];
        if (label == settings.IgnoreIndex)
        {
            return true;
        }

        if ((uint)label >= (uint)operands.View.Count)
        {
            tally.BadLabel = position;
            return false;
        }

        tally.Weights += operands.Weight[label];
        tally.Counted++;
        return true;
    }

    private void AddElements(int first, int end, ref LabelledLossTally tally)
    {
        bool weighted = settings.ApplyTo == ApplyTo.Loss;
        for (int position = first; position < end; position++)
        {
            int label = operands.Labels[position];
            if (label == settings.IgnoreIndex)
            {
                continue;
            }

            if ((uint)label >= (uint)operands.View.Count)
            {
                tally.BadLabel = position;
                return;
            }

            double weight = weighted ? operands.Weight[operands.Predictions == null ? label : operands.Predictions[position]] : 1;
            tally.Weights += weight * (operands.SampleWeight == null ? 1 : double.CreateTruncating(operands.SampleWeight[position]));
            tally.Counted++;
        }
    }
}
