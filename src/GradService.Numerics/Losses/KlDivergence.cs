using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The Kullback-Leibler divergence of a target from log-probabilities, element by element, and its exact gradient.</summary>
/// <remarks>
/// <para>With log-probability l and target t the element's part is <c>t (log t - l)</c>, 0 log 0 being 0, and its gradient <c>-t</c>. With the
/// logarithm u of the target it is <c>e^u (u - l)</c>, with gradient <c>-e^u</c>. Added up over a distribution this is KL(t || e^l), at
/// least 0 where both are normalised; nothing checks that they are, and an element by itself may be negative.</para>
/// <para><see cref="Reduction.Mean"/> divides by the number of elements, classes included, as PyTorch's default does: that is the divergence divided by the
/// number of classes. The divergence averaged over examples is <see cref="Reduction.MeanBatch"/>, PyTorch's batchmean.</para>
/// <para>A target of 0 against a log-probability of -infinity is 0 times infinity, NaN; a negative target is NaN, as in PyTorch; a log-target of
/// -infinity is NaN as well. Source: semantics of torch.nn.functional.kl_div, PyTorch 2.</para>
/// </remarks>
public static class KlDivergence
{
    /// <summary>Computes losses and gradient.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logProbs">Log-probabilities, such as log-softmax gives.</param>
    /// <param name="target">The probabilities to come near to, or their logarithms; one for each log-probability.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or one for each element with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="losses">Receives the losses with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient with respect to the log-probabilities; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The reduced loss, what it was divided by, and the number of elements.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, or examples is negative.</exception>
    public static LossSummary Evaluate<T>(
        ReadOnlySpan<T> logProbs,
        ReadOnlySpan<T> target,
        ReadOnlySpan<T> upstream,
        KlDivergenceOptions options,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementwiseLoss.RequireLengths("log_probs", options.Reduction, options.Examples, logProbs.Length, ("target", target.Length), 0, 0, upstream.Length, losses.Length, gradient.Length);
        return options.LogTarget
            ? ElementwiseLoss.Evaluate(default(LogTargets), logProbs, target, [], [], upstream, options.Reduction, options.Examples, losses, gradient, execution)
            : ElementwiseLoss.Evaluate(default(PlainTargets), logProbs, target, [], [], upstream, options.Reduction, options.Examples, losses, gradient, execution);
    }

    private readonly struct PlainTargets : IElementLoss
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Evaluate<V>(V score, V target, V positive, out V slope)
            where V : struct, IDoubleLanes<V>
        {
            V infinite = V.Equal(target, V.Fill(double.PositiveInfinity));
            V proper = V.Less(V.Zero, target) & ~infinite;
            V log = Logarithm.OfPositive(V.Select(proper, target, V.One));

            // Where the logarithm is not that of a positive number: 0 at 0, infinite at infinity, NaN at a negative target or NaN.
            V other = V.Select(
                V.Equal(target, V.Zero) | infinite, target, V.Fill(double.NaN));
            slope = V.Zero - target;
            return V.Select(proper, target * (log - score), other - (target * score));
        }
    }

    private readonly struct LogTargets : IElementLoss
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Evaluate<V>(V score, V target, V positive, out V slope)
            where V : struct, IDoubleLanes<V>
        {
            // The parts of a divergence cancel in their sum, so they need the long exponential in FP32 as well.
            V exponential = Exponential.OfNonPositive<double, V>(-V.Abs(target));
            exponential = V.Select(V.Less(V.Zero, target), V.One / exponential, exponential);
            slope = V.Zero - exponential;
            return exponential * (target - score);
        }
    }
}
