using System.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Losses;

/// <summary>The focal loss over softmax probabilities, and its exact gradient, in either layout.</summary>
/// <remarks>
/// <para>With p = softmax(z), label y, class weights w (the paper's alpha) and sample weight s, the loss of an element is
/// <c>l = -s w_y (1 - p_y)^g log p_y</c>. Its gradient is that of cross-entropy, multiplied by one number for each element:
/// <c>dl/dz_c = s w_y m_y (p_c - [c = y])</c> with <c>m = (1 - p)^g + g (1 - p)^(g-1) p (-log p)</c>, because
/// <c>dl/dp_y = -s w_y m_y / p_y</c>. With class probabilities q as labels, <c>l = -s sum_c w_c q_c (1 - p_c)^g log p_c</c> and
/// <c>dl/dz_c = s (p_c sum_k w_k q_k m_k - w_c q_c m_c)</c>.</para>
/// <para>1 - p is the sum of the other probabilities rather than a difference from 1, so loss and gradient keep their digits where p is
/// nearly 1; there <c>p (-log p) / (1 - p)</c> tends to 1, and the gradient to 0 for every g, below 1 as well. Where p is 0 the slope is that
/// of cross-entropy, as <c>p log p</c> is 0.</para>
/// <para>Reductions, ignored elements and everything that is not finite as for <see cref="CrossEntropy"/>; g = 0 gives its bits. Source: T.-Y. Lin et al., Focal
/// Loss for Dense Object Detection, 2017, carried from the sigmoid to the softmax.</para>
/// </remarks>
public static class Focal
{
    /// <summary>The focal loss against class indices.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">Class indices from 0 to C - 1, or the ignored one, <c>[outer * inner]</c>.</param>
    /// <param name="weight">The weight of each class, <c>[C]</c>, of any sign; empty for ones.</param>
    /// <param name="sampleWeight">The weight of each element, <c>[outer * inner]</c>; empty for ones.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or <c>[outer * inner]</c> with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="losses">Receives the losses, <c>[outer * inner]</c>, with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient with respect to the logits, in their shape; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The reduced loss, what it was divided by, and how many elements counted.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, a label is not a class, or an option is out of range.</exception>
    public static LossSummary Evaluate<T>(
        ReadOnlySpan<T> logits,
        AxisView view,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<T> upstream,
        FocalOptions options,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LabelledLoss.Evaluate(Settings(options), logits, view, shares: false, labels, [], weight, sampleWeight, [], upstream, losses, gradient, execution);

    /// <summary>The focal loss against class probabilities.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">The share of each class in each element, <c>[outer, C, inner]</c>; neither normalised nor checked.</param>
    /// <param name="weight">The weight of each class, <c>[C]</c>, of any sign; empty for ones.</param>
    /// <param name="sampleWeight">The weight of each element, <c>[outer * inner]</c>; empty for ones.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or <c>[outer * inner]</c> with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="losses">Receives the losses, <c>[outer * inner]</c>, with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient with respect to the logits, in their shape; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The reduced loss, what it was divided by, and how many elements counted: all of them.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, or an option is out of range.</exception>
    public static LossSummary Evaluate<T>(
        ReadOnlySpan<T> logits,
        AxisView view,
        ReadOnlySpan<T> labels,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> sampleWeight,
        ReadOnlySpan<T> upstream,
        FocalOptions options,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LabelledLoss.Evaluate(Settings(options), logits, view, shares: true, [], labels, weight, sampleWeight, [], upstream, losses, gradient, execution);

    private static LabelledLossSettings Settings(FocalOptions options) => new(
        ScoreForm.Logits,
        options.IgnoreIndex,
        LabelSmoothing: 0,
        options.Reduction,
        options.Examples,
        Epsilon: 1e-7,
        Weighting.Labels,
        ApplyTo.Loss,
        options.Gamma);
}
