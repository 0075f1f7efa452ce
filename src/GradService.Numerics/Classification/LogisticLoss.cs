using System.Numerics;
using GradService.Numerics.Losses;

namespace GradService.Numerics.Classification;

/// <summary>The loss of a logistic (two classes) or softmax (more) regression and its gradient by the model.</summary>
public static class LogisticLoss
{
    /// <summary>Computes the loss and, where asked for, its gradients.</summary>
    /// <typeparam name="T">float or double; everything is added up in FP64.</typeparam>
    /// <param name="features">X, <c>[N, F]</c>.</param>
    /// <param name="labels">The class of each sample, <c>[N]</c>, from 0.</param>
    /// <param name="sampleWeight">s, <c>[N]</c>; empty for ones.</param>
    /// <param name="coef">One row of weights, <c>[F]</c>, or one for each class, <c>[K, F]</c>.</param>
    /// <param name="intercept">One for each row; empty for none.</param>
    /// <param name="classifier">F and the number of rows.</param>
    /// <param name="upstream">What the gradients are multiplied by: <c>[N]</c> under <see cref="Reduction.None"/>, else one number; empty for ones.</param>
    /// <param name="options">Reduction and penalties.</param>
    /// <param name="losses">Receives the weighted loss of each sample, <c>[N]</c>; or empty.</param>
    /// <param name="gradCoef">Receives the gradient by the coefficients, of their length; or empty.</param>
    /// <param name="gradIntercept">Receives the gradient by the intercepts, of their length; or empty.</param>
    /// <param name="execution">On how many threads, and until when.</param>
    /// <exception cref="OperandException">
    /// The lengths do not fit together, a label is out of range, or a penalty is negative or wanted of losses that are not reduced.
    /// </exception>
    /// <remarks>
    /// Two classes: L_i = log(1 + e^z) - y z, with dL_i/dz = sigma(z) - y. More: L_i = log sum_k e^z_k - z_y, with dL_i/dz_k = p_k - [k = y].
    /// Both by X: the gradient is Xᵀ (p - y). The penalty l2/2 sum w² + l1 sum |w| is added once, after the reduction; |w| has the derivative 0 at 0.
    /// </remarks>
    public static unsafe LogisticSummary Evaluate<T>(
        ReadOnlySpan<T> features,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<T> coef,
        ReadOnlySpan<T> intercept,
        LinearClassifier classifier,
        ReadOnlySpan<T> upstream,
        LogisticLossOptions options,
        Span<T> losses,
        Span<T> gradCoef,
        Span<T> gradIntercept,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int samples = classifier.CheckSamples(features, labels, sampleWeight, coef, intercept);
        Check(options);
        bool unreduced = options.Reduction == Reduction.None;
        ArgumentOutOfRangeException.ThrowIfNotEqual(upstream.Length, upstream.IsEmpty ? 0 : unreduced ? samples : 1, nameof(upstream));
        double[] weights = Widened(sampleWeight);
        fixed (T* x = features, each = losses, u = unreduced ? upstream : default)
        fixed (int* y = labels)
        fixed (double* w = weights)
        {
            var operands = new LogisticOperands<T> { Classifier = classifier, Samples = samples, HasIntercept = !intercept.IsEmpty, Features = x, Labels = y, Weights = w };
            var theta = new double[operands.Parameters];
            var gradient = new double[gradCoef.IsEmpty && gradIntercept.IsEmpty ? 0 : theta.Length];
            operands.Join(coef, intercept, theta);
            fixed (double* model = theta, g = gradient)
            {
                LogisticSums sums = LogisticPass.Run(operands, model, new LogisticOutputs<T> { Upstream = u, Losses = each, Gradient = g }, execution);
                double denominator = options.Reduction switch
                {
                    Reduction.Mean => weights.Length == 0 ? samples : sums.Weight,
                    Reduction.MeanElements or Reduction.MeanBatch => samples,
                    _ => 1,
                };
                double above = unreduced || upstream.IsEmpty ? 1 : double.CreateTruncating(upstream[0]);
                double penalty = 0;
                for (int i = 0; i < theta.Length; i++)
                {
                    bool free = operands.HasIntercept && i % operands.Width == classifier.Features;
                    double weight = free ? 0 : theta[i];
                    penalty += (options.L2 / 2 * weight * weight) + (options.L1 * Math.Abs(weight));
                    if (gradient.Length > 0)
                    {
                        double slope = (options.L2 * weight) + (weight > 0 ? options.L1 : weight < 0 ? -options.L1 : 0);
                        gradient[i] = above * ((gradient[i] / denominator) + slope);
                    }
                }

                if (gradient.Length > 0)
                {
                    operands.Part(gradient, gradCoef, gradIntercept);
                }

                return new LogisticSummary((sums.Loss / denominator) + penalty, denominator, sums.Correct / sums.Weight);
            }
        }
    }

    internal static double[] Widened<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = double.CreateTruncating(values[i]);
        }

        return wide;
    }

    private static void Check(LogisticLossOptions options)
    {
        LinearClassifier.CheckPenalty(options.L2, "l2");
        LinearClassifier.CheckPenalty(options.L1, "l1");
        if (options.Reduction == Reduction.None && (options.L1 > 0 || options.L2 > 0))
        {
            throw new OperandException("reduction", "A penalty on the coefficients belongs to no single sample. Choose the reduction sum or mean, or leave l1 and l2 out.");
        }
    }
}
