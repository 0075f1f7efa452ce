using GradService.Catalog;
using GradService.Numerics.Policy;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Policy;

/// <summary>The REINFORCE loss of a linear softmax policy, with baselines, an entropy bonus and the exact gradient by theta.</summary>
/// <remarks>
/// <para>Minimising -log pi(a | s) A raises the probability of actions that turned out better than expected (A above 0) and lowers that of the others. The gradient is minus the policy gradient of the batch: step against it.</para>
/// <para>Say what each step was worth in one of three ways: <c>rewards</c> of episodes laid end to end, discounted here and cut at <c>episode_starts</c>; <c>returns</c>; or <c>advantages</c>. From that <c>baseline</c> is taken, then the
/// mean of the batch (<c>mean</c>) or of its other steps (<c>leave_one_out</c>), and with <c>normalize_advantages</c> the rest is brought to mean 0 and standard deviation 1. The result is answered as <c>advantages</c> and held constant in the gradient.</para>
/// <para>A baseline changes the variance of the gradient and not its expectation, as E[grad log pi] = 0. That holds for one that does not depend on the action: <c>mean</c> holds a step's own return too and shrinks the gradient by (B-1)/B; <c>leave_one_out</c> does not. Within an episode returns of other steps
/// may depend on the action, so there it is a practical choice rather than an unbiased one.</para>
/// <para>Edge cases: a masked action has probability exactly 0 and its column gets exactly no gradient from the states that mask it; taking one is an error. <c>leave_one_out</c> of one step takes nothing, with a warning; equal advantages normalise to 0; an empty batch has a NaN mean, with a warning, and a gradient of 0.</para>
/// </remarks>
/// <formula name="loss">L_i = -log pi(a_i | s_i) A_i - c H(s_i);  mean: sum_i L_i / B</formula>
/// <formula name="grad_theta">dL_i/dtheta = -A_i s_i (e_{a_i} - p_i)ᵀ / T + c s_i (p_i (log p_i + H_i))ᵀ / T</formula>
/// <formula name="advantages">A_i = G_i - baseline_i - b_i, with G_t = r_t + gamma G_{t+1}; normalised (A_i - mean A) / (std A + 1e-8), the population's std</formula>
/// <formula name="entropy">mean_i H_i, with H_i = -sum_a p_a log p_a</formula>
/// <derivation>
/// <step latex="J(\theta) = \mathbb{E}_{a \sim \pi_\theta}[G],\quad \nabla J = \sum_a G_a \nabla \pi(a \mid s) = \mathbb{E}[G\,\nabla\log\pi(a \mid s)]">The derivative of pi is pi times that of log pi, so the gradient of the expected return is itself an expectation, and actions taken from the policy are samples of it.</step>
/// <step latex="\nabla_\theta \log\pi(a \mid s) = \frac{1}{T}\, s\,(e_a - p)^\top">The score of a linear softmax policy: see policy/log-gradient for each step of it.</step>
/// <step latex="\mathbb{E}[b\,\nabla\log\pi] = b \sum_a \pi_a \frac{\nabla \pi_a}{\pi_a} = b\,\nabla 1 = 0">Probabilities always add up to 1, so a baseline b changes nothing on average.</step>
/// <step latex="\frac{\partial H}{\partial y_j} = -p_j(\log p_j + H),\quad y = z/T">The entropy's gradient: actions less probable than exp(-H) gain, the others lose.</step>
/// <step latex="\nabla L = -\frac{1}{B}\sum_i A_i \nabla\log\pi(a_i \mid s_i) - \frac{c}{B}\sum_i \nabla H_i">Together, with the sign turned so that descent on L is ascent on J.</step>
/// </derivation>
/// <reference>R. J. Williams, Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning, Machine Learning 8, 1992.</reference>
/// <reference>W. Kool, H. van Hoof and M. Welling, Buy 4 REINFORCE Samples, Get a Baseline for Free!, ICLR 2019 workshop: leave-one-out.</reference>
/// <reference>V. Mnih et al., Asynchronous Methods for Deep Reinforcement Learning, ICML 2016: the entropy bonus.</reference>
public sealed class ReinforceOperation : Operation<PolicyReinforceRequest, PolicyReinforceResponse>
{
    /// <inheritdoc/>
    public override string Name => "policy/reinforce";

    /// <inheritdoc/>
    public override string Example => """
        {
          "states": [[0.02, -0.4, 0.03, 0.6], [0.01, -0.2, 0.04, 0.31], [0.0, -0.01, 0.05, 0.02]],
          "theta": [[0.1, -0.2], [0.3, 0.05], [-0.25, 0.4], [0.15, 0.35]],
          "actions": [1, 0, 1],
          "rewards": [1.0, 1.0, 1.0],
          "baseline_mode": "mean",
          "reduction": "sum",
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override PolicyReinforceResponse Evaluate<T>(PolicyReinforceRequest request, Evaluation run)
    {
        var operands = new PolicyLossOperands<T>(request, run);
        PolicyLossSummary summary = Reinforce.Evaluate<T>(
            operands.Policy.States.Span,
            operands.Policy.Theta.Span,
            operands.Actions.Span,
            operands.Advantages.Span,
            operands.Policy.Features,
            operands.Policy.Actions,
            operands.Policy.ActionMask.SpanOrEmpty(),
            request.Temperature,
            request.EntropyCoefficient,
            request.Reduction,
            operands.Upstream.SpanOrEmpty(),
            operands.StepLosses,
            operands.Gradient.SpanOrEmpty(),
            run.Execution);
        operands.Finish(summary.Loss, run);
        return new PolicyReinforceResponse
        {
            Loss = operands.Losses,
            GradTheta = operands.Gradient,
            Entropy = run.Scope.Scalar(T.CreateTruncating(summary.Entropy)),
            Advantages = operands.Advantages.ToFloating<T>(run.Scope, "advantages"),
        };
    }
}

/// <summary>A batch of steps and what they were worth.</summary>
public sealed record PolicyReinforceRequest : PolicyLossRequest;

/// <summary>The loss, its gradient and what went into them.</summary>
public sealed record PolicyReinforceResponse
{
    /// <summary>The reduced loss; with reduction <c>none</c> that of each step.</summary>
    [Objective]
    [Shape("[] or [B]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by theta, advantages held constant.</summary>
    [Shape("[S, A]")]
    public Tensor? GradTheta { get; init; }

    /// <summary>The mean entropy of the policy in these states, in nats, from 0 to ln A.</summary>
    [Shape("[]")]
    public required Tensor Entropy { get; init; }

    /// <summary>What weighed each step's score: the return less its baselines, normalised when asked for.</summary>
    [Shape("[B] or []")]
    public required Tensor Advantages { get; init; }
}
