using System.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Activations;

/// <summary>The softmax along an axis, and its gradient, in either layout.</summary>
/// <remarks>
/// <c>p_c = exp(z_c / t) / sum_k exp(z_k / t)</c>, with the maximum subtracted first, so that no finite input overflows. A position with +infinity or NaN, or with nothing
/// but -infinity, is NaN throughout. Computed in FP64 whatever the element type. Source: semantics of torch.nn.functional, PyTorch 2.
/// </remarks>
public static class Softmax
{
    /// <summary>Computes the softmax along an axis.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="temperature">What the logits are divided by; above 0.</param>
    /// <param name="values">Receives the softmax, <c>[outer, C, inner]</c>. May not overlap the logits.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">A length does not fit the view, or the temperature is not a finite number above 0.</exception>
    public static void Forward<T>(ReadOnlySpan<T> logits, AxisView view, double temperature, Span<T> values, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SoftmaxJob<T>.Forward(logarithmic: false, logits, view, temperature, values, execution);

    /// <summary>Computes the gradient with respect to the logits: <c>dL/dz_c = p_c (u_c - sum_k u_k p_k) / t</c>.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>: the ones given to <see cref="Forward"/>.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="upstream">u, the gradient with respect to the values, <c>[outer, C, inner]</c>.</param>
    /// <param name="temperature">t, the one given to <see cref="Forward"/>.</param>
    /// <param name="gradient">Receives the gradient with respect to the logits, <c>[outer, C, inner]</c>. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">A length does not fit the view, or the temperature is not a finite number above 0.</exception>
    public static void Backward<T>(ReadOnlySpan<T> logits, AxisView view, ReadOnlySpan<T> upstream, double temperature, Span<T> gradient, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        SoftmaxJob<T>.Backward(logarithmic: false, logits, view, upstream, temperature, gradient, execution);
}
