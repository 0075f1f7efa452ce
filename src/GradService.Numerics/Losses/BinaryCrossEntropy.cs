using System.Numerics;
using System.Runtime.CompilerServices;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Binary cross-entropy of independent elements, from logits or probabilities, and its exact gradient.</summary>
/// <remarks>
/// <para>With logit z, label t, positive weight q and weight w the loss is <c>w ((1 - t) softplus(z) + q t softplus(-z))</c>,
/// <c>softplus(z) = log(1 + e^z) = max(z, 0) + log1p(e^-|z|)</c>, and its gradient <c>w ((1 - t) sigma(z) - q t sigma(-z))</c>. Both are
/// sums of terms of one sign where t is 0 or 1, so no digit cancels however large z is. For t within (0, 1) the loss is at least the
/// label's entropy, and the gradient is 0 where <c>sigma(z) = q t / (1 - t + q t)</c>.</para>
/// <para>From probabilities p, clipped to [epsilon, 1 - epsilon]: <c>-w ((1 - t) log(1 - p) + q t log p)</c>, with gradient
/// <c>w ((1 - t) / (1 - p) - q t / p)</c> inside the interval, ends included, and 0 outside, where the clipped loss no longer changes.
/// (PyTorch instead cuts the logarithm at -100 and bounds p (1 - p) from below by 1e-12 in the gradient, which is then not that of the loss.)</para>
/// <para>The mean divides by the number of elements, weights or not, unlike that of <see cref="CrossEntropy"/>. An infinite logit on the side of its
/// label is 0 times infinity, NaN; on the other side the loss is infinite, where PyTorch has NaN for -infinity. Source: semantics of torch.nn.functional.binary_cross_entropy_with_logits, PyTorch 2.</para>
/// </remarks>
public static class BinaryCrossEntropy
{
    /// <summary>Computes losses and gradient.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, or probabilities; see <see cref="BinaryCrossEntropyOptions.From"/>.</param>
    /// <param name="labels">What the probabilities should be, from 0 to 1, one for each logit.</param>
    /// <param name="posWeight">What the positive part of each element's loss is multiplied by; empty for ones.</param>
    /// <param name="weight">What each element's loss is multiplied by; empty for ones.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or one for each element with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="losses">Receives the losses with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient with respect to the logits; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The reduced loss, what it was divided by, and the number of elements.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, a label is outside [0, 1], or an option is out of range.</exception>
    public static LossSummary Evaluate<T>(
        ReadOnlySpan<T> logits,
        ReadOnlySpan<T> labels,
        ReadOnlySpan<T> posWeight,
        ReadOnlySpan<T> weight,
        ReadOnlySpan<T> upstream,
        BinaryCrossEntropyOptions options,
        Span<T> losses,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!(options.Epsilon is > 0 and < 0.5))
        {
            throw new OperandException("epsilon", $"epsilon is {options.Epsilon}; it must be above 0 and below 0.5, as probabilities are clipped to [epsilon, 1 - epsilon].");
        }

        ElementwiseLoss.RequireLengths("logits", options.Reduction, options.Examples, logits.Length, ("labels", labels.Length), posWeight.Length, weight.Length, upstream.Length, losses.Length, gradient.Length);
        RequireWithinOne(labels);
        return options.From == ScoreKind.Logits
            ? ElementwiseLoss.Evaluate(default(FromLogits<T>), logits, labels, posWeight, weight, upstream, options.Reduction, options.Examples, losses, gradient, execution)
            : ElementwiseLoss.Evaluate(new FromProbabilities(options.Epsilon), logits, labels, posWeight, weight, upstream, options.Reduction, options.Examples, losses, gradient, execution);
    }

    private static void RequireWithinOne<T>(ReadOnlySpan<T> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int at = 0;
        for (; at <= labels.Length - Vector<T>.Count; at += Vector<T>.Count)
        {
            var some = new Vector<T>(labels[at..]);
            if (!(Vector.GreaterThanOrEqualAll(some, Vector<T>.Zero) && Vector.LessThanOrEqualAll(some, Vector<T>.One)))
            {
                break;
            }
        }

        for (; at < labels.Length; at++)
        {
            if (!(labels[at] >= T.Zero && labels[at] <= T.One))
            {
                throw new OperandException("labels", $"{labels[at]} is not from 0 to 1, as a label of binary cross-entropy is. For class indices use losses/cross-entropy.", at);
            }
        }
    }

    private readonly struct FromLogits<T> : IElementLoss
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Evaluate<V>(V score, V target, V positive, out V slope)
            where V : struct, IDoubleLanes<V>
        {
            var logistic = Logistic<V>.Of<T>(score);
            V against = V.One - target;
            V towards = positive * target;

            // What each side weighs, by whether the score speaks for it: of the terms of one sign, those that share a factor are added first.
            V right = V.Select(logistic.IsPositive, towards, against);
            V wrong = V.Select(logistic.IsPositive, against, towards);
            V steepness = logistic.Larger * (wrong - (right * logistic.Decay));
            slope = V.Select(logistic.IsPositive, steepness, V.Zero - steepness);
            return (wrong * logistic.Magnitude) + ((wrong + right) * logistic.Log);
        }
    }

    private readonly struct FromProbabilities(double epsilon) : IElementLoss
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Evaluate<V>(V score, V target, V positive, out V slope)
            where V : struct, IDoubleLanes<V>
        {
            V low = V.Fill(epsilon);
            V high = V.Fill(1 - epsilon);
            V clipped = V.Select(V.Less(score, low), low, score);
            clipped = V.Select(V.Less(high, clipped), high, clipped);
            V within = V.AtMost(low, score) & V.AtMost(score, high);
            V against = V.One - target;
            V towards = positive * target;
            slope = (against / (V.One - clipped)) - (towards / clipped);
            slope = V.Select(within, slope, V.Zero);
            return -((against * Logarithm.OfOnePlus(-clipped)) + (towards * Logarithm.OfPositive(clipped)));
        }
    }
}
