using System.Numerics;

namespace GradService.Numerics.Classification;

/// <summary>What one shard of the samples adds to a fit: loss, gradient, Hessian and weight, all plain sums.</summary>
public static class LogisticPartial
{
    /// <summary>Computes the sums of a shard.</summary>
    /// <typeparam name="T">float or double; everything is added up in FP64.</typeparam>
    /// <param name="features">X, <c>[N, F]</c>.</param>
    /// <param name="labels">The class of each sample, <c>[N]</c>, from 0.</param>
    /// <param name="sampleWeight">s, <c>[N]</c>; empty for ones.</param>
    /// <param name="coef">One row of weights, <c>[F]</c>, or one for each class, <c>[K, F]</c>.</param>
    /// <param name="intercept">One for each row; empty for none.</param>
    /// <param name="classifier">F and the number of rows.</param>
    /// <param name="gradCoef">Receives the gradient by the coefficients, of their length; or empty.</param>
    /// <param name="gradIntercept">Receives the gradient by the intercepts, of their length; or empty.</param>
    /// <param name="hessian">
    /// Receives the Hessian, <c>[P, P]</c>, in the order of the parameters: row by row the F coefficients and then, where there is one, the intercept.
    /// </param>
    /// <param name="execution">On how many threads, and until when.</param>
    /// <returns>The summed loss, the summed weight, and the share of the weight predicted rightly.</returns>
    /// <exception cref="OperandException">The lengths do not fit together, or a label is out of range.</exception>
    /// <remarks>
    /// The Hessian is the sum over the samples of s (diag(p) - p pᵀ) ⊗ x xᵀ, x followed by 1 where there is an intercept; for two classes
    /// s p (1 - p) x xᵀ. No penalty is in these sums: whoever adds the shards up adds it once. A Newton step is then minus the inverse Hessian times the gradient.
    /// </remarks>
    public static unsafe LogisticSummary Evaluate<T>(
        ReadOnlySpan<T> features,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<T> coef,
        ReadOnlySpan<T> intercept,
        LinearClassifier classifier,
        Span<T> gradCoef,
        Span<T> gradIntercept,
        Span<double> hessian,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int samples = classifier.CheckSamples(features, labels, sampleWeight, coef, intercept);
        double[] weights = LogisticLoss.Widened(sampleWeight);
        fixed (T* x = features)
        fixed (int* y = labels)
        fixed (double* w = weights, h = hessian)
        {
            var operands = new LogisticOperands<T> { Classifier = classifier, Samples = samples, HasIntercept = !intercept.IsEmpty, Features = x, Labels = y, Weights = w };
            ArgumentOutOfRangeException.ThrowIfNotEqual(hessian.Length, operands.Parameters * operands.Parameters, nameof(hessian));
            var theta = new double[operands.Parameters];
            var gradient = new double[theta.Length];
            operands.Join(coef, intercept, theta);
            fixed (double* model = theta, g = gradient)
            {
                LogisticSums sums = LogisticPass.Run(operands, model, new LogisticOutputs<T> { Gradient = g, Hessian = h }, execution);
                operands.Part(gradient, gradCoef, gradIntercept);
                return new LogisticSummary(sums.Loss, weights.Length == 0 ? samples : sums.Weight, sums.Correct / sums.Weight);
            }
        }
    }
}
