using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Classification;

/// <summary>A chunk of samples, eight at a time: their scores, and from these whatever is asked for.</summary>
internal readonly unsafe struct LogisticJob<T>(
    LogisticOperands<T> operands, double* theta, LogisticOutputs<T> outputs, int chunkRows, double* own, LogisticSums[] sums) : IChunkJob
    where T : unmanaged
{
    private const int Lanes = Tile.Lanes;

    public void Run(int chunk)
    {
        int rows = operands.Classifier.Rows;
        int width = operands.Width;
        int first = chunk * chunkRows;
        int end = (int)Math.Min(operands.Samples, (long)first + chunkRows);
        var scratch = new Scratch(((long)Lanes * width) + (3L * rows * Lanes) + (2 * Lanes), 6);
        try
        {
            var block = new LogisticBlock(scratch.Take((long)Lanes * width), scratch.Take((long)rows * Lanes), scratch.Take((long)rows * Lanes), scratch.Take((long)rows * Lanes), scratch.Take(Lanes), scratch.Take(Lanes));
            double* gradient = Destination(chunk, out double* hessian);
            LogisticSums sum = LogisticSums.Nothing;
            for (int sample = first; sample < end; sample += Lanes)
            {
                int count = Math.Min(Lanes, end - sample);
                Score(block, sample, count);
                Answer(block, sample, count);
                if (operands.Labels != null)
                {
                    Lose(block, sample);
                    sum += Add(block, sample, count, gradient, hessian);
                }
            }

            sums[chunk] = sum;
        }
        finally
        {
            scratch.Dispose();
        }
    }

    // The first chunk adds into the results themselves; the others have sums of their own, gradient before Hessian.
    private double* Destination(int chunk, out double* hessian)
    {
        hessian = outputs.Hessian;
        if (chunk == 0)
        {
            return outputs.Gradient;
        }

        long square = hessian == null ? 0 : (long)operands.Parameters * operands.Parameters;
        long linear = outputs.Gradient == null ? 0 : operands.Parameters;
        double* at = own + ((chunk - 1) * (square + linear));
        hessian = square == 0 ? null : at + linear;
        return linear == 0 ? null : at;
    }

    private void Score(in LogisticBlock block, int sample, int count)
    {
        int features = operands.Classifier.Features;
        int width = operands.Width;
        int rows = operands.Classifier.Rows;
        new Span<double>(block.Scores, rows * Lanes).Clear();
        for (int lane = 0; lane < count; lane++)
        {
            double* x = block.Samples + ((long)lane * width);
            Tile.Widen(operands.Features + ((long)(sample + lane) * features), x, features);
            if (operands.HasIntercept)
            {
                x[features] = 1;
            }

            for (int k = 0; k < rows; k++)
            {
                block.Scores[(k * Lanes) + lane] = Products.Dot(theta + ((long)k * width), x, width);
            }
        }

        // Probabilities: sigma(z), or the softmax; and what 1 - p is without cancellation, for the label's own residual.
        if (rows == 1)
        {
            Vector512<double> z = Vector512.Load(block.Scores);
            (Vector512<double> p, Vector512<double> complement) = Sigmoid(z);
            p.Store(block.Probabilities);
            complement.Store(block.Complements);
            return;
        }

        Buffer.MemoryCopy(block.Scores, block.Probabilities, (long)rows * Lanes * sizeof(double), (long)rows * Lanes * sizeof(double));
        Exponentials exponentials = Exponentials.Of<T>(block.Probabilities, rows, Lanes);
        exponentials.Maximum.Store(block.Maxima);
        exponentials.Log.Store(block.Losses);
        for (int k = 0; k < rows; k++)
        {
            Vector512<double> e = Vector512.Load(block.Probabilities + (k * Lanes));
            (exponentials.Rest(e) / exponentials.Sum).Store(block.Complements + (k * Lanes));
            (e / exponentials.Sum).Store(block.Probabilities + (k * Lanes));
        }
    }

    private void Answer(in LogisticBlock block, int sample, int count)
    {
        int rows = operands.Classifier.Rows;
        for (int lane = 0; lane < count; lane++)
        {
            long at = (long)(sample + lane) * rows;
            if (outputs.Logits != null)
            {
                for (int k = 0; k < rows; k++)
                {
                    Write(outputs.Logits, at + k, block.Scores[(k * Lanes) + lane]);
                    Write(outputs.Probabilities, at + k, block.Probabilities[(k * Lanes) + lane]);
                }
            }

            if (outputs.Predictions != null)
            {
                outputs.Predictions[sample + lane] = Predict(block, lane, outputs.Cut, outputs.CutIsPositive);
            }
        }
    }

    // From probabilities to losses: softplus(-z) or softplus(z); log(1 + others) + (maximum - z_y).
    private void Lose(in LogisticBlock block, int sample)
    {
        int count = Math.Min(Lanes, operands.Samples - sample);
        if (operands.Classifier.Rows == 1)
        {
            double* signed = stackalloc double[Lanes];
            for (int lane = 0; lane < Lanes; lane++)
            {
                signed[lane] = lane < count && operands.Labels[sample + lane] == 1 ? -block.Scores[lane] : block.Scores[lane];
            }

            Vector512<double> v = Vector512.Load(signed);
            Vector512<double> positive = Vector512.ConditionalSelect(Vector512.LessThan(v, Vector512<double>.Zero), Vector512<double>.Zero, v);
            (positive + Logarithm.OfOnePlus(Exponential.OfNonPositive<T>(-Vector512.Abs(v)))).Store(block.Losses);
            return;
        }

        for (int lane = 0; lane < count; lane++)
        {
            block.Losses[lane] += block.Maxima[lane] - block.Scores[(operands.Labels[sample + lane] * Lanes) + lane];
        }
    }

    private LogisticSums Add(in LogisticBlock block, int sample, int count, double* gradient, double* hessian)
    {
        LogisticSums sum = LogisticSums.Nothing;
        for (int lane = 0; lane < count; lane++)
        {
            int label = operands.Labels[sample + lane];
            double weight = operands.Weights == null ? 1 : operands.Weights[sample + lane];
            double loss = weight * block.Losses[lane];
            (double least, double greatest) = Margins(block, lane, label);
            bool correct = Predict(block, lane, 0, true) == label;
            sum += new LogisticSums(loss, weight, correct ? weight : 0, weight == 0 ? double.PositiveInfinity : least, weight == 0 ? double.NegativeInfinity : greatest);
            if (outputs.Losses != null)
            {
                Write(outputs.Losses, sample + lane, loss);
            }

            if (gradient != null)
            {
                double factor = weight * (outputs.Upstream == null ? 1 : Read(outputs.Upstream, sample + lane));
                AddGradient(block, lane, label, factor, gradient);
            }

            if (hessian != null && weight != 0)
            {
                AddHessian(block, lane, weight, hessian);
            }
        }

        return sum;
    }

    private void AddGradient(in LogisticBlock block, int lane, int label, double factor, double* gradient)
    {
        int width = operands.Width;
        double* x = block.Samples + ((long)lane * width);
        if (operands.Classifier.Rows == 1)
        {
            Products.AddScaled(factor * (label == 1 ? -block.Complements[lane] : block.Probabilities[lane]), x, gradient, width);
            return;
        }

        for (int k = 0; k < operands.Classifier.Rows; k++)
        {
            int at = (k * Lanes) + lane;
            Products.AddScaled(factor * (k == label ? -block.Complements[at] : block.Probabilities[at]), x, gradient + ((long)k * width), width);
        }
    }

    // diag(p) - p pT of the sample, times x xT: the lower triangle of each block k >= l.
    private void AddHessian(in LogisticBlock block, int lane, double weight, double* hessian)
    {
        int width = operands.Width;
        long parameters = operands.Parameters;
        double* x = block.Samples + ((long)lane * width);
        for (int k = 0; k < operands.Classifier.Rows; k++)
        {
            double p = block.Probabilities[(k * Lanes) + lane];
            for (int l = 0; l <= k; l++)
            {
                int at = (l * Lanes) + lane;
                double factor = weight * p * (k == l ? block.Complements[at] : -block.Probabilities[at]);
                for (int a = 0; a < width; a++)
                {
                    Products.AddScaled(factor * x[a], x, hessian + (((k * width) + a) * parameters) + (l * width), a + 1);
                }
            }
        }
    }

    private (double Least, double Greatest) Margins(in LogisticBlock block, int lane, int label)
    {
        if (operands.Classifier.Rows == 1)
        {
            double margin = label == 1 ? block.Scores[lane] : -block.Scores[lane];
            return (margin, margin);
        }

        (double least, double greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        double own = block.Scores[(label * Lanes) + lane];
        for (int k = 0; k < operands.Classifier.Rows; k++)
        {
            double margin = own - block.Scores[(k * Lanes) + lane];
            least = k == label ? least : Math.Min(least, margin);
            greatest = k == label ? greatest : Math.Max(greatest, margin);
        }

        return (least, greatest);
    }

    private int Predict(in LogisticBlock block, int lane, double cut, bool cutIsPositive)
    {
        if (operands.Classifier.Rows == 1)
        {
            double z = block.Scores[lane];
            return z > cut || (cutIsPositive && z == cut) ? 1 : 0;
        }

        int best = 0;
        for (int k = 1; k < operands.Classifier.Rows; k++)
        {
            best = block.Scores[(k * Lanes) + lane] > block.Scores[(best * Lanes) + lane] ? k : best;
        }

        return best;
    }

    // sigma(z) and 1 - sigma(z) = sigma(-z), each from an exponential that cannot overflow.
    private static (Vector512<double> P, Vector512<double> Complement) Sigmoid(Vector512<double> z)
    {
        Vector512<double> e = Exponential.OfNonPositive<T>(-Vector512.Abs(z));
        Vector512<double> small = e / (Vector512<double>.One + e);
        Vector512<double> large = Vector512<double>.One / (Vector512<double>.One + e);
        Vector512<double> negative = Vector512.LessThan(z, Vector512<double>.Zero);
        return (Vector512.ConditionalSelect(negative, small, large), Vector512.ConditionalSelect(negative, large, small));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Read(T* from, long at) => typeof(T) == typeof(double) ? ((double*)from)[at] : ((float*)from)[at];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(T* to, long at, double value)
    {
        if (typeof(T) == typeof(double))
        {
            ((double*)to)[at] = value;
        }
        else
        {
            ((float*)to)[at] = (float)value;
        }
    }
}
