using System.Numerics;

namespace GradService.Numerics.Classification;

/// <summary>What a logistic or softmax regression says of samples: scores, probabilities and classes.</summary>
public static class LogisticPrediction
{
    /// <summary>Computes z = X coefᵀ + intercept, the probabilities and the predicted classes.</summary>
    /// <typeparam name="T">float or double; z is summed in FP64.</typeparam>
    /// <param name="features">X, <c>[N, F]</c>; N is read off <paramref name="labels"/>.</param>
    /// <param name="coef">One row of weights, <c>[F]</c>, or one for each class, <c>[K, F]</c>.</param>
    /// <param name="intercept">One for each row; empty for none.</param>
    /// <param name="classifier">F and the number of rows.</param>
    /// <param name="threshold">The probability from which a binary model says class 1, above 0 and below 1; 0.5 where there are more classes.</param>
    /// <param name="tie">The class where z is exactly logit(threshold).</param>
    /// <param name="logits">Receives z, <c>[N]</c> or <c>[N, K]</c>.</param>
    /// <param name="probabilities">Receives p of class 1, <c>[N]</c>, or of every class, <c>[N, K]</c>.</param>
    /// <param name="labels">Receives the predicted classes, <c>[N]</c>; the lowest of several that are equally probable.</param>
    /// <param name="execution">On how many threads, and until when.</param>
    /// <exception cref="OperandException">The lengths do not fit together, or the threshold is out of range.</exception>
    /// <remarks>
    /// The class is decided on z, not on the rounded probability: p >= t exactly where z >= log(t / (1 - t)), as the logistic function
    /// rises everywhere. A score that is NaN predicts class 0.
    /// </remarks>
    public static unsafe void Evaluate<T>(
        ReadOnlySpan<T> features,
        ReadOnlySpan<T> coef,
        ReadOnlySpan<T> intercept,
        LinearClassifier classifier,
        double threshold,
        Tie tie,
        Span<T> logits,
        Span<T> probabilities,
        Span<int> labels,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        classifier.CheckModel(coef, intercept);
        int samples = classifier.CheckFeatures(features, labels.Length);
        double cut = DecisionThreshold.Logit(threshold, classifier);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, samples * classifier.Rows, nameof(logits));
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, samples * classifier.Rows, nameof(probabilities));
        fixed (T* x = features, z = logits, p = probabilities)
        fixed (int* predictions = labels)
        {
            var operands = new LogisticOperands<T> { Classifier = classifier, Samples = samples, HasIntercept = !intercept.IsEmpty, Features = x };
            var theta = new double[operands.Parameters];
            operands.Join(coef, intercept, theta);
            fixed (double* model = theta)
            {
                var outputs = new LogisticOutputs<T> { Logits = z, Probabilities = p, Predictions = predictions, Cut = cut, CutIsPositive = tie == Tie.Positive };
                LogisticPass.Run(operands, model, outputs, execution);
            }
        }
    }
}
