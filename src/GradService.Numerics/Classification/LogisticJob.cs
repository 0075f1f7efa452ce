using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Classification;

/// <summary>A chunk of samples, eight at a time: their scores, and from these whatever is asked for.</summary>
internal readonly unsafe struct LogisticJob<T>(
    LogisticOperands<T> operands, double* theta, LogisticOutputs<T> outputs, int chunkRows, double* own, LogisticSums[] sums) : ILanesJob
    where T : unmanaged
{
    private const int Lanes = Tile.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : struct, IDoubleLanes<V>
    {
        int rows = operands.Classifier.Rows;
        int width = operands.Width;
        int first = chunk * chunkRows;
        int end = (int)Math.Min(operands.Samples, (long)first + chunkRows);
        var scratch = new Scratch(LogisticBlock.Size(rows, width), LogisticBlock.Parts);
        try
        {
            var block = new LogisticBlock(ref scratch, rows, width);
            int step = LogisticBlock.Count(width) * Lanes;
            for (int lane = 0; operands.HasIntercept && lane < step; lane++)
            {
                block.Samples[((long)lane * block.Stride) + width - 1] = 1;
            }

            for (int k = 0; k < rows; k++)
            {
                new Span<double>(theta + ((long)k * width), width).CopyTo(new Span<double>(block.Model + ((long)k * block.Stride), width));
            }

            double* gradient = Destination(chunk, out double* hessian);
            var tally = new LogisticTally();
            for (int sample = first; sample < end; sample += step)
            {
                int many = Math.Min(step, end - sample);
                for (int at = 0; at < many; at += Lanes)
                {
                    Score(block[at / Lanes], sample + at, Math.Min(Lanes, many - at));
                }

                for (int at = 0; at < many; at += Lanes)
                {
                    Weigh<V>(block[at / Lanes]);
                }

                for (int at = 0; at < many; at += Lanes)
                {
                    Answer(block[at / Lanes], sample + at, Math.Min(Lanes, many - at));
                    if (operands.Labels != null)
                    {
                        Lose(block[at / Lanes], sample + at, Math.Min(Lanes, many - at), gradient != null, ref tally);
                        AddHessian(block[at / Lanes], sample + at, Math.Min(Lanes, many - at), hessian);
                    }
                }
            }

            sums[chunk] = tally.Sums;
            for (int k = 0; k < rows && gradient != null; k++)
            {
                Products.Add(block.Gradient + ((long)k * block.Stride), gradient + ((long)k * width), width);
            }
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
        int rows = operands.Classifier.Rows;
        for (int lane = 0; lane < count; lane++)
        {
            double* x = block.Samples + ((long)lane * block.Stride);
            Tile.Widen(operands.Features + ((long)(sample + lane) * features), x, features);
        }

        for (int k = 0; k < rows; k++)
        {
            Products.Dots(block.Model + ((long)k * block.Stride), block.Samples, block.Stride).Store(block.Scores + (k * Lanes));
        }
    }

    // Probabilities: sigma(z), or the softmax; and what 1 - p is without cancellation, for the label's own residual.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Weigh<V>(in LogisticBlock block)
        where V : struct, IDoubleLanes<V>
    {
        int rows = operands.Classifier.Rows;
        if (rows > 1)
        {
            Buffer.MemoryCopy(block.Scores, block.Probabilities, (long)rows * Lanes * sizeof(double), (long)rows * Lanes * sizeof(double));
        }

        for (int lane = 0; lane < Lanes; lane += V.Count)
        {
            if (rows == 1)
            {
                var logistic = Logistic<V>.Of<T>(V.Load(block.Scores + lane));
                logistic.Value.Store(block.Probabilities + lane);
                logistic.Complement.Store(block.Complements + lane);
                logistic.Softplus.Store(block.Losses + lane);
                logistic.NegativeSoftplus.Store(block.Maxima + lane);
                continue;
            }

            var exponentials = Exponentials<V>.Of<T>(block.Probabilities + lane, rows, Lanes);
            exponentials.Maximum.Store(block.Maxima + lane);
            exponentials.Log.Store(block.Losses + lane);
            for (int at = lane; at < rows * Lanes; at += Lanes)
            {
                var e = V.Load(block.Probabilities + at);
                (exponentials.Rest(e) / exponentials.Sum).Store(block.Complements + at);
                (e / exponentials.Sum).Store(block.Probabilities + at);
            }
        }
    }

    private void Answer(in LogisticBlock block, int sample, int count)
    {
        int rows = operands.Classifier.Rows;
        for (int lane = 0; (outputs.Logits != null || outputs.Predictions != null) && lane < count; lane++)
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

    // Losses, what the gradient is made of, and what is added up, lane-parallel. Lanes without a sample weigh nothing and are of no class.
    private void Lose(in LogisticBlock block, int sample, int count, bool wantsGradient, ref LogisticTally tally)
    {
        bool whole = count == Lanes;
        Vector512<long> label = Vector512.WidenLower((whole ? Vector256.Load(operands.Labels + sample) : Some(operands.Labels + sample, count, -1)).ToVector512Unsafe());
        Vector512<double> counted = Vector512.GreaterThanOrEqual(label, Vector512<long>.Zero).AsDouble();
        Vector512<double> weight = Vector512<double>.One & counted;
        if (operands.Weights != null)
        {
            weight = whole ? Vector512.Load(operands.Weights + sample) : Some(operands.Weights + sample, count);
        }

        Vector512<double> factor = weight;
        if (outputs.Upstream != null)
        {
            factor *= Some(outputs.Upstream + sample, count);
        }

        int rows = operands.Classifier.Rows;
        LogisticVerdict verdict = rows == 1 ? LogisticVerdict.OfTwo(block, label) : LogisticVerdict.OfMany(block, label, rows);
        Vector512<double> loss = weight * verdict.Loss & counted;
        tally.Add(loss, weight, verdict.IsCorrect, verdict.Least, verdict.Greatest);
        for (int lane = 0; outputs.Losses != null && lane < count; lane++)
        {
            Write(outputs.Losses, sample + lane, loss[lane]);
        }

        for (int k = 0; wantsGradient && k < rows; k++)
        {
            Vector512<double> isOwn = Vector512.Equals(label, Vector512.Create(rows == 1 ? 1L : k)).AsDouble();
            Vector512<double> residual = Vector512.ConditionalSelect(isOwn, -Vector512.Load(block.Complements + (k * Lanes)), Vector512.Load(block.Probabilities + (k * Lanes)));
            Products.AddScaled(factor * residual & counted, block.Samples, block.Gradient + ((long)k * block.Stride), block.Stride);
        }
    }

    private static Vector256<int> Some(int* values, int count, int without)
    {
        Vector256<int> some = Vector256.Create(without);
        for (int lane = 0; lane < count; lane++)
        {
            some = some.WithElement(lane, values[lane]);
        }

        return some;
    }

    private static Vector512<double> Some<TNumber>(TNumber* values, int count)
        where TNumber : unmanaged
    {
        Vector512<double> some = Vector512<double>.Zero;
        for (int lane = 0; lane < count; lane++)
        {
            some = some.WithElement(lane, typeof(TNumber) == typeof(double) ? ((double*)values)[lane] : ((float*)values)[lane]);
        }

        return some;
    }

    private void AddHessian(in LogisticBlock block, int sample, int count, double* hessian)
    {
        for (int lane = 0; lane < count && hessian != null; lane++)
        {
            double weight = operands.Weights == null ? 1 : operands.Weights[sample + lane];
            if (weight != 0)
            {
                AddHessian(block, lane, weight, hessian);
            }
        }
    }

    // diag(p) - p pT of the sample, times x xT: the lower triangle of each block k >= l.
    private void AddHessian(in LogisticBlock block, int lane, double weight, double* hessian)
    {
        int width = operands.Width;
        long parameters = operands.Parameters;
        double* x = block.Samples + ((long)lane * block.Stride);
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
