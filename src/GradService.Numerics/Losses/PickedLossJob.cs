using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Numerics.Tensors;
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

        sums[chunk] = WeighsLabels && operands.SampleWeight == null && operands.Predictions == null && !HasUpstreams && operands.Losses == null
            ? RunPlain(first, end)
            : RunAny(first, end);
    }

    // Class indices and class weights, and nothing else that differs from position to position. Positions of one run lie equally far apart.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double RunPlain(int first, int end)
    {
        AxisView view = operands.View;
        double* lanes = stackalloc double[Tile.Lanes];
        for (int done = first; done < end;)
        {
            (long outer, long inner) = Math.DivRem(done, view.Inner);
            int length = view.Inner == 1 ? end - done : (int)Math.Min(end - done, view.Inner - inner);
            PickRun(done, done - first, length, (outer * view.Count * view.Inner) + inner, view.Inner == 1 ? view.Count : 1, lanes);
            done += length;
        }

        return Lanes.Sum(lanes);
    }

    // Eight positions at a time, each with the sum that the lane of its number has.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PickRun(int position, int lane, int length, long start, long byPosition, double* lanes)
    {
        var run = new PickedRun(operands, settings.IgnoreIndex, operands.Gradient == null ? 0 : -ReducedUpstream, position, start, byPosition);
        int at = Math.Min(length, -lane & (Tile.Lanes - 1));
        PickSingly(run, lane, 0, at, lanes);
        (double a, double b, double c, double d) = (lanes[0], lanes[1], lanes[2], lanes[3]);
        (double e, double f, double g, double h) = (lanes[4], lanes[5], lanes[6], lanes[7]);
        for (; at <= length - Tile.Lanes; at += Tile.Lanes)
        {
            a = run.Pick(at, a);
            b = run.Pick(at + 1, b);
            c = run.Pick(at + 2, c);
            d = run.Pick(at + 3, d);
            e = run.Pick(at + 4, e);
            f = run.Pick(at + 5, f);
            g = run.Pick(at + 6, g);
            h = run.Pick(at + 7, h);
        }

        (lanes[0], lanes[1], lanes[2], lanes[3]) = (a, b, c, d);
        (lanes[4], lanes[5], lanes[6], lanes[7]) = (e, f, g, h);
        PickSingly(run, lane, at, length, lanes);
    }

    private static void PickSingly(in PickedRun run, int lane, int at, int end, double* lanes)
    {
        for (; at < end; at++)
        {
            double* sum = lanes + ((lane + at) & (Tile.Lanes - 1));
            *sum = run.Pick(at, *sum);
        }
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

    // Positions equally far apart, with what is needed of them.
    private readonly struct PickedRun(in LabelledLossOperands<T> operands, int ignore, double pull, int position, long start, long byPosition)
    {
        private readonly int* _labels = operands.Labels + position;
        private readonly double* _weight = operands.Weight;
        private readonly T* _scores = operands.Scores + start;
        private readonly T* _gradient = operands.Gradient == null ? null : operands.Gradient + start;
        private readonly long _byClass = operands.View.Inner;

        // The sum with the position's loss added; its gradient is written on the way.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public double Pick(int at, double sum)
        {
            int label = _labels[at];
            if (label == ignore)
            {
                return sum;
            }

            long picked = (at * byPosition) + (label * _byClass);
            double hit = _weight[label];
            if (_gradient != null)
            {
                Tile.Put(pull * hit, _gradient + picked);
            }

            return sum + (hit * (0 - Tile.Get(_scores + picked)));
        }
    }
}
