using System.Globalization;
using System.Numerics;
using GradService.Numerics.Losses;

namespace GradService.Numerics.Policy;

/// <summary>What a PPO loss came to.</summary>
/// <param name="Loss">The loss, over what the reduction divides by; with <see cref="Reduction.None"/> the sum.</param>
/// <param name="Entropy">The mean entropy, in nats.</param>
/// <param name="ClipFraction">The share of samples with a ratio outside [1 - epsilon, 1 + epsilon].</param>
/// <param name="ApproximateKl">The mean of log pi_old - log pi: an estimate of KL(old, new) that may be negative.</param>
/// <param name="ApproximateKlThird">The mean of r - 1 - log r: the same expectation, never negative, less variance.</param>
public readonly record struct PpoSummary(double Loss, double Entropy, double ClipFraction, double ApproximateKl, double ApproximateKlThird);

/// <summary>The clipped surrogate loss of proximal policy optimisation for the linear softmax policy, with its exact gradient by theta.</summary>
public static class Ppo
{
    /// <summary>Computes the loss and its gradient.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="states">s, <c>[B, S]</c>.</param>
    /// <param name="theta">The parameters, <c>[S, A]</c>.</param>
    /// <param name="actions">The action taken in each state, <c>[B]</c>.</param>
    /// <param name="advantages">A, <c>[B]</c>: held constant.</param>
    /// <param name="oldLogProbabilities">The log-probability of each action under the policy that took it, <c>[B]</c>.</param>
    /// <param name="features">S.</param>
    /// <param name="actionCount">A.</param>
    /// <param name="actionMask">Which actions are allowed, <c>[B, A]</c>; empty when all are.</param>
    /// <param name="temperature">T, finite and above 0.</param>
    /// <param name="clipEpsilon">How far the ratio may go before more of it gains nothing; at least 0.</param>
    /// <param name="entropyCoefficient">c: above 0 the policy is rewarded for staying undecided.</param>
    /// <param name="reduction">How the samples become one number; all means divide by B.</param>
    /// <param name="upstream">The gradient by the loss: <c>[1]</c>, or <c>[B]</c> with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="losses">Receives the loss of each sample, <c>[B]</c>, with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient by theta, <c>[S, A]</c>; or empty.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">An operand has the wrong length, an action is out of range or masked, or a parameter is out of range.</exception>
    /// <remarks>
    /// L = -min(r A, clip(r, 1 - e, 1 + e) A) - c H with r = pi / pi_old. The gradient of a sample is 0 where the clipped branch is strictly the smaller,
    /// else -r A s (e_a - p)ᵀ / T. Source: Schulman, Wolski, Dhariwal, Radford and Klimov, Proximal Policy Optimization Algorithms, 2017, equation 7.
    /// </remarks>
    public static PpoSummary Evaluate<T>(
        ReadOnlySpan<T> states,
        ReadOnlySpan<T> theta,
        ReadOnlySpan<int> actions,
        ReadOnlySpan<double> advantages,
        ReadOnlySpan<T> oldLogProbabilities,
        int features,
        int actionCount,
        ReadOnlySpan<bool> actionMask,
        double temperature,
        double clipEpsilon,
        double entropyCoefficient,
        Reduction reduction,
        ReadOnlySpan<T> upstream,
        Span<T> losses,
        Span<T> gradient,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        PolicyRules.PerSample(oldLogProbabilities.Length, actions.Length, nameof(oldLogProbabilities));
        if (!(clipEpsilon >= 0 && double.IsFinite(clipEpsilon)))
        {
            throw new OperandException(nameof(clipEpsilon), string.Create(CultureInfo.InvariantCulture, $"{clipEpsilon} was found; expected a finite number of at least 0."));
        }

        (int clipped, double kl, double klThird) = (0, 0, 0);
        PolicyLossSummary summary = new PolicyLoss<T>
        {
            States = states,
            Theta = theta,
            Actions = actions,
            Advantages = advantages,
            OldLogProbabilities = oldLogProbabilities,
            Features = features,
            ActionCount = actionCount,
            ActionMask = actionMask,
            Temperature = temperature,
            EntropyCoefficient = entropyCoefficient,
            Denominator = PolicyRules.Denominator(reduction, actions.Length),
            Upstream = upstream,
        }.Evaluate(Surrogate, losses, gradient, execution.Cancellation);
        return new PpoSummary(summary.Loss, summary.Entropy, clipped / (double)actions.Length, kl / actions.Length, klThird / actions.Length);

        (double Value, double Slope) Surrogate(double logProbability, double advantage, double oldLogProbability)
        {
            double difference = logProbability - oldLogProbability;
            double ratio = Math.Exp(difference);
            double plain = ratio * advantage;
            double limited = Math.Clamp(ratio, 1 - clipEpsilon, 1 + clipEpsilon) * advantage;
            clipped += Math.Abs(ratio - 1) > clipEpsilon ? 1 : 0;
            kl -= difference;
            klThird += ratio - 1 - difference;
            return limited < plain ? (-limited, 0) : (-plain, -plain);
        }
    }
}
