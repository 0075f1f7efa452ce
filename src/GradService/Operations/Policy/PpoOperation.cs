using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Policy;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Policy;

/// <summary>The clipped loss of proximal policy optimisation for a linear softmax policy, its exact gradient by theta, and how far the policy has moved.</summary>
/// <remarks>
/// <para>A batch of steps is dear, so one would take many gradient steps on it; but it was collected by the old policy and says little of one far away. The ratio r = pi(a | s) / pi_old(a | s) measures how far an action's probability has moved, and past
/// 1 - epsilon or 1 + epsilon moving further the same way gains nothing: the gradient of that step is exactly zero. Moving back is never stopped.</para>
/// <para>Send the <c>log_probabilities</c> that <c>policy/sample</c> answered as <c>old_log_probabilities</c>. While theta is still the one that sampled, every ratio is 1, and the gradient is that of <c>policy/reinforce</c>.</para>
/// <para>To decide when to stop: <c>clip_fraction</c> is the share of steps with a ratio outside the range, <c>approx_kl</c> the mean of log pi_old - log pi, which estimates KL(pi_old || pi) but may be negative, <c>approx_kl_k3</c> the mean of r - 1 - log r, which estimates the same, is never
/// negative and varies less. Advantages, baselines and the entropy bonus are as in <c>policy/reinforce</c>.</para>
/// <para>Edge cases: exactly at a clipping bound the unclipped gradient is given (the two branches are equal there, and the loss has a kink); with an advantage of 0 a step has no gradient; a ratio that overflows makes a negative advantage cost Infinity; a masked action's column gets exactly no gradient;
/// an empty batch has NaN means, with a warning.</para>
/// </remarks>
/// <formula name="loss">L_i = -min(r_i A_i, clip(r_i, 1 - epsilon, 1 + epsilon) A_i) - c H_i, with r_i = exp(log pi(a_i | s_i) - old_i);  mean: sum_i L_i / B</formula>
/// <formula name="grad_theta">-r_i A_i s_i (e_{a_i} - p_i)ᵀ / T where the first branch is the smaller or they are equal, else 0;  + c s_i (p_i (log p_i + H_i))ᵀ / T</formula>
/// <formula name="clip_fraction">share of steps with |r_i - 1| above epsilon</formula>
/// <formula name="approx_kl">mean_i (old_i - log pi_i)</formula>
/// <formula name="approx_kl_k3">mean_i (r_i - 1 - log r_i)</formula>
/// <derivation>
/// <step latex="\mathbb{E}_{a \sim \pi}[A] = \mathbb{E}_{a \sim \pi_{old}}\Big[\frac{\pi(a \mid s)}{\pi_{old}(a \mid s)} A\Big]">Weighted by the ratio, samples of the old policy tell about the new one.</step>
/// <step latex="\nabla (r A) = r A\,\nabla\log\pi(a \mid s)">As r = exp(log pi - log pi_old), its derivative is r times the score. At r = 1 this is REINFORCE.</step>
/// <step latex="\min(rA,\; \mathrm{clip}(r, 1-\epsilon, 1+\epsilon)A)">For A above 0 this stops growing at 1 + epsilon, for A below 0 at 1 - epsilon. The minimum never hides a ratio that went the wrong way.</step>
/// <step latex="\frac{\partial}{\partial \theta}\,\mathrm{clip}(r)\,A = 0 \;\text{ outside the range}">Where the clipped branch is strictly the smaller it is constant, so the step's gradient is exactly zero.</step>
/// <step latex="\mathbb{E}_{\pi_{old}}[r - 1 - \log r] = \mathrm{KL}(\pi_{old}\,\|\,\pi)">E r = 1, so r - 1 is a control variate for -log r; and as log r is at most r - 1, no term is negative.</step>
/// </derivation>
/// <reference>J. Schulman, F. Wolski, P. Dhariwal, A. Radford and O. Klimov, Proximal Policy Optimization Algorithms, 2017, equation 7.</reference>
/// <reference>J. Schulman, Approximating KL Divergence, 2020: the estimators k1 and k3.</reference>
public sealed class PpoOperation : Operation<PolicyPpoRequest, PolicyPpoResponse>
{
    /// <inheritdoc/>
    public override string Name => "policy/ppo";

    /// <inheritdoc/>
    public override string Example => """
        {
          "states": [[0.02, -0.4, 0.03, 0.6], [0.01, -0.2, 0.04, 0.31], [0.0, -0.01, 0.05, 0.02]],
          "theta": [[0.1, -0.2], [0.3, 0.05], [-0.25, 0.4], [0.15, 0.35]],
          "actions": [1, 0, 1],
          "old_log_probabilities": [-0.7, -0.3, -1.25],
          "rewards": [1.0, 1.0, 1.0],
          "baseline_mode": "mean",
          "entropy_coefficient": 0.01,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override PolicyPpoResponse Evaluate<T>(PolicyPpoRequest request, Evaluation run)
    {
        var operands = new PolicyLossOperands<T>(request, run);
        Require.Shape(request.OldLogProbabilities.Shape, "oldLogProbabilities", operands.Batch, "one for each state");
        PpoSummary summary = Ppo.Evaluate<T>(
            operands.Policy.States.Span,
            operands.Policy.Theta.Span,
            operands.Actions.Span,
            operands.Advantages.Span,
            run.Floats<T>(request.OldLogProbabilities).Span,
            operands.Policy.Features,
            operands.Policy.Actions,
            operands.Policy.ActionMask.SpanOrEmpty(),
            request.Temperature,
            request.ClipEpsilon,
            request.EntropyCoefficient,
            request.Reduction,
            operands.Upstream.SpanOrEmpty(),
            operands.StepLosses,
            operands.Gradient.SpanOrEmpty(),
            run.Execution);
        operands.Finish(summary.Loss, run);
        return new PolicyPpoResponse
        {
            Loss = operands.Losses,
            GradTheta = operands.Gradient,
            ClipFraction = run.Scope.Scalar(T.CreateTruncating(summary.ClipFraction)),
            ApproxKl = run.Scope.Scalar(T.CreateTruncating(summary.ApproximateKl)),
            ApproxKlK3 = run.Scope.Scalar(T.CreateTruncating(summary.ApproximateKlThird)),
            Entropy = run.Scope.Scalar(T.CreateTruncating(summary.Entropy)),
            Advantages = operands.Advantages.ToFloating<T>(run.Scope, "advantages"),
        };
    }
}

/// <summary>A batch of steps, what they were worth, and how probable their actions were when they were taken.</summary>
public sealed record PolicyPpoRequest : PolicyLossRequest
{
    /// <summary>log pi(a | s) of each action under the policy that took it, as <c>policy/sample</c> answers.</summary>
    [Shape("[B] or []")]
    public required Tensor OldLogProbabilities { get; init; }

    /// <summary>How far a ratio may leave 1 before more of it gains nothing.</summary>
    [Range(0.0, double.MaxValue)]
    public double ClipEpsilon { get; init; } = 0.2;
}

/// <summary>The loss, its gradient, and how far the policy has moved.</summary>
public sealed record PolicyPpoResponse
{
    /// <summary>The reduced loss; with reduction <c>none</c> that of each step.</summary>
    [Objective]
    [Shape("[] or [B]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by theta, advantages and old log-probabilities held constant.</summary>
    [Shape("[S, A]")]
    public Tensor? GradTheta { get; init; }

    /// <summary>The share of steps with a ratio outside 1 - epsilon to 1 + epsilon.</summary>
    [Shape("[]")]
    public required Tensor ClipFraction { get; init; }

    /// <summary>The mean of log pi_old - log pi, in nats: an estimate of the divergence of the new policy from the old. It may be negative.</summary>
    [Shape("[]")]
    public required Tensor ApproxKl { get; init; }

    /// <summary>The mean of r - 1 - log r, in nats: an estimate of the same, never negative and less varying.</summary>
    [Shape("[]")]
    public required Tensor ApproxKlK3 { get; init; }

    /// <summary>The mean entropy of the policy in these states, in nats, from 0 to ln A.</summary>
    [Shape("[]")]
    public required Tensor Entropy { get; init; }

    /// <summary>What weighed each step: the return less its baselines, normalised when asked for.</summary>
    [Shape("[B] or []")]
    public required Tensor Advantages { get; init; }
}
