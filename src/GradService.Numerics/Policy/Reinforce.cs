using System.Numerics;
using GradService.Numerics.Losses;

namespace GradService.Numerics.Policy;

/// <summary>The loss of REINFORCE for the linear softmax policy: -log pi(a | s) A - c H, with its exact gradient by theta.</summary>
public static class Reinforce
{
    /// <summary>Computes the loss and its gradient.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="states">s, <c>[B, S]</c>.</param>
    /// <param name="theta">The parameters, <c>[S, A]</c>.</param>
    /// <param name="actions">The action taken in each state, <c>[B]</c>.</param>
    /// <param name="advantages">A, <c>[B]</c>: held constant.</param>
    /// <param name="features">S.</param>
    /// <param name="actionCount">A.</param>
    /// <param name="actionMask">Which actions are allowed, <c>[B, A]</c>; empty when all are.</param>
    /// <param name="temperature">T, finite and above 0.</param>
    /// <param name="entropyCoefficient">c: above 0 the policy is rewarded for staying undecided.</param>
    /// <param name="reduction">How the samples become one number; all means divide by B, as samples weigh alike.</param>
    /// <param name="upstream">The gradient by the loss: <c>[1]</c>, or <c>[B]</c> with <see cref="Reduction.None"/>; empty for ones.</param>
    /// <param name="losses">Receives the loss of each sample, <c>[B]</c>, with <see cref="Reduction.None"/>; else empty.</param>
    /// <param name="gradient">Receives the gradient by theta, <c>[S, A]</c>; or empty. Columns of masked actions get exactly nothing from the samples that mask them.</param>
    /// <param name="execution">Until when to run.</param>
    /// <exception cref="OperandException">An operand has the wrong length, an action is out of range or masked, or a parameter is out of range.</exception>
    /// <remarks>
    /// dL/dtheta = -A s (e_a - p)ᵀ / T + c s (p * (log p + H))ᵀ / T. Source: Williams 1992; the entropy bonus: Mnih et al., Asynchronous Methods for
    /// Deep Reinforcement Learning, 2016.
    /// </remarks>
    public static PolicyLossSummary Evaluate<T>(
        ReadOnlySpan<T> states,
        ReadOnlySpan<T> theta,
        ReadOnlySpan<int> actions,
        ReadOnlySpan<double> advantages,
        int features,
        int actionCount,
        ReadOnlySpan<bool> actionMask,
        double temperature,
        double entropyCoefficient,
        Reduction reduction,
        ReadOnlySpan<T> upstream,
        Span<T> losses,
        Span<T> gradient,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        return new PolicyLoss<T>
        {
            States = states,
            Theta = theta,
            Actions = actions,
            Advantages = advantages,
            Features = features,
            ActionCount = actionCount,
            ActionMask = actionMask,
            Temperature = temperature,
            EntropyCoefficient = entropyCoefficient,
            Denominator = PolicyRules.Denominator(reduction, actions.Length),
            Upstream = upstream,
        }.Evaluate(static (logProbability, advantage, _) => (-advantage * logProbability, -advantage), losses, gradient, execution.Cancellation);
    }
}
