using System.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Losses;

/// <summary>Negative log-likelihood from log-probabilities, with class weights, and its exact gradient, in either layout.</summary>
/// <remarks>
/// <para>With log-probabilities lp, label y, class weights w and sample weight s, the loss of an element is <c>l = -s w_y lp_y</c>; its
/// gradient is <c>-s w_y</c> at the label and 0 elsewhere. With class probabilities q as labels it is <c>l = -s sum_c w_c q_c lp_c</c>
/// with gradient <c>-s w_c q_c</c>. Label smoothing e replaces the one-hot label, or q, by <c>(1 - e) q + e / C</c>.</para>
/// <para>Reductions, <see cref="Weighting"/>, ignored elements and 0/0 are those of <see cref="CrossEntropy"/>, except that an ignored
/// element's gradient is 0 whatever its log-probabilities are: the loss is linear in them.</para>
/// <para>Sums are FP64 and in an order fixed by the sizes alone. Source: semantics of torch.nn.functional.nll_loss, PyTorch 2; sample weights,
/// smoothing and probabilities as labels go beyond it.</para>
/// </remarks>
public static class Nll
{
    /// <summary>Negative log-likelihood of class indices.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logProbs">Log-probabilities, <c>[outer, C, inner]</c>; neither normalised nor checked.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">Class indices from 0 to C - 1, or the ignored one, <c>[outer * inner]</c>.</param>
    /// <param name="weight">The weight of each class, <c>[C]</c>, of any sign; empty for ones.</param>
    /// <param name="sampleWeight">The weight of each element, <c>[outer * inner]</c>; empty for ones.</param>
    /// <param name="predictions">The predicted class of each element, <c>[outer * inner]</c>, with <see cref="Weighting.Predictions"/>; else empty.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or <c>[outer * inner]</c> with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="losses">Receives the losses, <c>[outer * inner]</c>, with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient with respect to the log-probabilities, in their shape; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The reduced loss, what it was divided by, and how many elements counted.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, a label or prediction is not a class, or an option is out of range.</exception>
    public static LossSummary Evaluate<T>(
        ReadOnlySpan<T> logProbs,
        AxisView view,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<int> predictions,
        ReadOnlySpan<T> upstream,
        NllOptions options,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LabelledLoss.Evaluate(Settings(options), logProbs, view, shares: false, labels, [], weight, sampleWeight, predictions, upstream, losses, gradient, execution);

    /// <summary>Negative log-likelihood under class probabilities.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logProbs">Log-probabilities, <c>[outer, C, inner]</c>; neither normalised nor checked.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">The share of each class in each element, <c>[outer, C, inner]</c>; neither normalised nor checked.</param>
    /// <param name="weight">The weight of each class, <c>[C]</c>, of any sign; empty for ones.</param>
    /// <param name="sampleWeight">The weight of each element, <c>[outer * inner]</c>; empty for ones.</param>
    /// <param name="predictions">The predicted class of each element, <c>[outer * inner]</c>, with <see cref="Weighting.Predictions"/>; else empty.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or <c>[outer * inner]</c> with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="losses">Receives the losses, <c>[outer * inner]</c>, with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient with respect to the log-probabilities, in their shape; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The reduced loss, what it was divided by, and how many elements counted: all of them.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, a prediction is not a class, or an option is out of range.</exception>
    public static LossSummary Evaluate<T>(
        ReadOnlySpan<T> logProbs,
        AxisView view,
        ReadOnlySpan<T> labels,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<int> predictions,
        ReadOnlySpan<T> upstream,
        NllOptions options,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LabelledLoss.Evaluate(Settings(options), logProbs, view, shares: true, [], labels, weight, sampleWeight, predictions, upstream, losses, gradient, execution);

    private static LabelledLossSettings Settings(NllOptions options) => new(
        ScoreForm.LogProbabilities,
        options.IgnoreIndex,
        options.LabelSmoothing,
        options.Reduction,
        options.Examples,
        Epsilon: 0.25,
        options.Weighting,
        ApplyTo.Loss);
}
