using System.Numerics;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>
/// Negative log-likelihood of class indices without smoothing, for a chunk of positions: only the label's log-probability is read, and all
/// of the gradient but its place is 0. The same bits as <see cref="LabelledLossJob{T}"/> gives, added up in the same order.
/// </summary>
internal readonly unsafe struct PickedLossJob<T>(LabelledLossOperands<T> operands, LabelledLossSettings settings, double denominator, double[] sums) : IChunkJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool HasUpstreams => settings.Reduction == Reduction.None && operands.Upstream != null;

    private double ReducedUpstream => (operands.Upstream == null || HasUpstreams ? 1 : double.CreateTruncating(*operands.Upstream)) / denominator;

    private bool WeighsLabels => settings.Weighting == Weighting.Labels;

    /// <summary>Whether the loss is one that this job is for.</summary>
    public static bool Fits(in LabelledLossOperands<T> operands, LabelledLossSettings settings) =>
        operands.Labels != null && settings is { Form: ScoreForm.LogProbabilities, LabelSmoothing: 0 };

    public void Run(int chunk)
    {
        int chunkPositions = Tile.ChunkPositions(operands.View.Count);
        int first = chunk * chunkPositions;
        int end = (int)Math.Min(operands.View.Positions, (long)first + chunkPositions);
        if (operands.Gradient != null)
        {
            Clear(first, end);
        }

        sums[chunk] = operands.SampleWeight == null && operands.Predictions == null && !HasUpstreams && operands.Losses == null
            ? RunPlain(first, end)
            : RunAny(first, end);
    }

    // Class indices and class weights, and nothing else that differs from position to position.
    private double RunPlain(int first, int end)
    {
        int* labels = operands.Labels;
        double* weight = operands.Weight;
        T* scores = operands.Scores;
        T* gradient = operands.Gradient;
        int ignore = settings.IgnoreIndex;
        int step = operands.View.Inner;
        long stride = operands.View.Count;
        bool weighs = WeighsLabels;
        double upstream = ReducedUpstream;
        (int outer, int inner) = Math.DivRem(first, step);
        double* lanes = stackalloc double[Tile.Lanes];
        for (int position = first; position < end; position++)
        {
            long row = (outer * stride * step) + inner;
            inner++;
            if (inner == step)
            {
                inner = 0;
                outer++;
            }

            int label = labels[position];
            if (label != ignore)
            {
                double hit = weighs ? weight[label] : 1;
                long at = row + ((long)label * step);
                lanes[(position - first) % Tile.Lanes] += hit * (0 - double.CreateTruncating(scores[at]));
                if (gradient != null)
                {
                    gradient[at] = T.CreateTruncating(-(upstream * hit));
                }
            }
        }

        return Lanes.Sum(lanes);
    }

    private double RunAny(int first, int end)
    {
        double reduced = ReducedUpstream;
        double* lanes = stackalloc double[Tile.Lanes];
        for (int position = first; position < end; position++)
        {
            double loss = 0;
            int label = operands.Labels[position];
            if (label != settings.IgnoreIndex)
            {
                (int outer, int inner) = Math.DivRem(position, operands.View.Inner);
                long at = ((((long)outer * operands.View.Count) + label) * operands.View.Inner) + inner;
                double hit = Factor(position) * (WeighsLabels ? operands.Weight[label] : 1);
                loss = hit * (0 - double.CreateTruncating(operands.Scores[at]));
                if (operands.Gradient != null)
                {
                    double upstream = HasUpstreams ? double.CreateTruncating(operands.Upstream[position]) : reduced;
                    operands.Gradient[at] = T.CreateTruncating(-(upstream * hit));
                }
            }

            lanes[(position - first) % Tile.Lanes] += loss;
            if (operands.Losses != null)
            {
                operands.Losses[position] = T.CreateTruncating(loss);
            }
        }

        return Lanes.Sum(lanes);
    }

    // What an element's loss is multiplied by beside its class's weight.
    private double Factor(int position)
    {
        double factor = operands.Predictions != null && settings.Weighting == Weighting.Predictions ? operands.Weight[operands.Predictions[position]] : 1;
        return operands.SampleWeight == null ? factor : factor * double.CreateTruncating(operands.SampleWeight[position]);
    }

    private void Clear(int first, int end)
    {
        int width = operands.View.Inner;
        if (width == 1)
        {
            int classes = operands.View.Count;
            new Span<T>(operands.Gradient + ((long)first * classes), (end - first) * classes).Clear();
            return;
        }

        for (int done = first; done < end;)
        {
            (int outer, int inner) = Math.DivRem(done, width);
            int length = Math.Min(end - done, width - inner);
            T* at = operands.Gradient + ((long)outer * operands.View.Count * width) + inner;
            for (int c = 0; c < operands.View.Count; c++, at += width)
            {
                new Span<T>(at, length).Clear();
            }

            done += length;
        }
    }
}
