using System.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Losses;

/// <summary>Softmax cross-entropy with class weights, and its exact gradient, in either layout.</summary>
/// <remarks>
/// <para>With p = softmax(z) over the classes, label y, class weights w and sample weight s, the loss of an element is
/// <c>l = -s w_y log p_y</c> and its gradient <c>dl/dz_c = s w_y (p_c - [c = y])</c>. With class probabilities q as labels it is
/// <c>l = -s sum_c w_c q_c log p_c</c> with gradient <c>s (p_c sum_k w_k q_k - w_c q_c)</c>; q need not sum to 1.
/// Label smoothing e replaces the one-hot label, or q, by <c>(1 - e) q + e / C</c>.</para>
/// <para><see cref="Reduction.Mean"/> divides by the sum of <c>s w_y</c> over the elements not ignored, smoothing or not; with class
/// probabilities by the sum of s, which is the number of elements when there are no sample weights.</para>
/// <para><see cref="Weighting.Predictions"/> takes the element's weight from the class predicted for it: the unweighted (smoothed) loss
/// is multiplied by it. <see cref="ApplyTo.Logits"/> multiplies the element's logits by its weight k instead (<c>w_y</c>, the weight of
/// the prediction, or <c>sum_c w_c q_c</c>), held constant: the loss is the unweighted cross-entropy of <c>k z</c>, its gradient
/// <c>k (softmax(k z)_c - q_c)</c>, and the mean divides by the sum of s.</para>
/// <para><see cref="ScoreKind.Probabilities"/> reads p itself, clipped to [epsilon, 1 - epsilon] and not renormalised:
/// <c>l = -s sum_c w_c q_c log p_c</c>, with gradient <c>-s w_c q_c / p_c</c> inside the interval, ends included, and 0 outside, where the
/// clipped loss no longer changes.</para>
/// <para>An ignored element has loss 0 and gradient 0 (NaN where its own logits make the softmax NaN). When nothing is counted the mean
/// is 0/0, NaN, with gradient 0; when the counted weights are all 0 the mean is NaN and so is the gradient, and where weights of
/// both signs add up to 0 both are divided by it. A weight of 0 times an infinite loss is NaN. One +infinity, or nothing but -infinity, among
/// an element's logits makes it NaN.</para>
/// <para>Everything between reading and writing is FP64, whatever the element type; of FP32 input, exponentials and logarithms are taken to
/// 1e-10 of themselves. FP32 losses and gradients are within 2 ulp, but where smoothing makes a probability nearly equal its target: there the
/// gradient is within 1e-10 of the target. From 16,384 FP32 logits on, against class indices without smoothing, the exponentials are FP32,
/// within 1.2 ulp, losses within 3 ulp and gradients within 4.5: twice as fast. The same input gives the same bits on any number of threads
/// and any vector width, but for the sign of a NaN. Source: semantics of torch.nn.functional.cross_entropy, PyTorch 2.</para>
/// </remarks>
public static class CrossEntropy
{
    /// <summary>Cross-entropy against class indices.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>; or probabilities, see <see cref="CrossEntropyOptions.From"/>.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">Class indices from 0 to C - 1, or the ignored one, <c>[outer * inner]</c>.</param>
    /// <param name="weight">The weight of each class, <c>[C]</c>, of any sign; empty for ones.</param>
    /// <param name="sampleWeight">The weight of each element, <c>[outer * inner]</c>; empty for ones.</param>
    /// <param name="predictions">The predicted class of each element, <c>[outer * inner]</c>, with <see cref="Weighting.Predictions"/>; else empty.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or <c>[outer * inner]</c> with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="losses">Receives the losses, <c>[outer * inner]</c>, with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient with respect to the logits, in their shape; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The reduced loss, what it was divided by, and how many elements counted.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, a label or prediction is not a class, or an option is out of range.</exception>
    public static LossSummary Evaluate<T>(
        ReadOnlySpan<T> logits,
        AxisView view,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<int> predictions,
        ReadOnlySpan<T> upstream,
        CrossEntropyOptions options,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LabelledLoss.Evaluate(Settings(options), logits, view, shares: false, labels, [], weight, sampleWeight, predictions, upstream, losses, gradient, execution);

    /// <summary>Cross-entropy against class probabilities.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>; or probabilities, see <see cref="CrossEntropyOptions.From"/>.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">The share of each class in each element, <c>[outer, C, inner]</c>; neither normalised nor checked.</param>
    /// <param name="weight">The weight of each class, <c>[C]</c>, of any sign; empty for ones.</param>
    /// <param name="sampleWeight">The weight of each element, <c>[outer * inner]</c>; empty for ones.</param>
    /// <param name="predictions">The predicted class of each element, <c>[outer * inner]</c>, with <see cref="Weighting.Predictions"/>; else empty.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or <c>[outer * inner]</c> with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="losses">Receives the losses, <c>[outer * inner]</c>, with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient with respect to the logits, in their shape; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The reduced loss, what it was divided by, and how many elements counted: all of them.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, a prediction is not a class, or an option is out of range.</exception>
    public static LossSummary Evaluate<T>(
        ReadOnlySpan<T> logits,
        AxisView view,
        ReadOnlySpan<T> labels,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<int> predictions,
        ReadOnlySpan<T> upstream,
        CrossEntropyOptions options,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LabelledLoss.Evaluate(Settings(options), logits, view, shares: true, [], labels, weight, sampleWeight, predictions, upstream, losses, gradient, execution);

    private static LabelledLossSettings Settings(CrossEntropyOptions options) => new(
        options.From == ScoreKind.Logits ? ScoreForm.Logits : ScoreForm.Probabilities,
        options.IgnoreIndex,
        options.LabelSmoothing,
        options.Reduction,
        options.Examples,
        options.Epsilon,
        options.Weighting,
        options.ApplyTo);
}
