using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Policy;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Policy;

/// <summary>Draws an action of a linear softmax policy in each state, or takes the most probable one, and says how probable it was.</summary>
/// <remarks>
/// <para>Let all your episodes step together and send their states as one batch: one request chooses an action for each. Keep <c>log_probabilities</c> if you mean to use <c>policy/ppo</c>.</para>
/// <para>The same seed gives the same actions, on every machine and with any number of threads: row b of the batch has stream b of the seed, so its action does not depend on the other rows. Change the seed with every step, or each step repeats the last one's luck.</para>
/// <para>How: the arg-max of scores plus independent Gumbel noise is a draw from their softmax, so nothing need be normalised and no rounding of an exponential can change an action.</para>
/// <para>Edge cases: a masked action is never chosen, and a state with no allowed action is an error; <c>greedy</c> takes the lowest index of a tie and makes no use of <c>seed</c>; log-probabilities are those of the policy in both modes; scores without a softmax
/// (NaN, +Infinity, all -Infinity) cannot be drawn from and are an error; an empty batch gives empty answers.</para>
/// </remarks>
/// <formula name="actions">arg-max_a (z_a / T + g_a), with z = thetaᵀ s and g_a = -log(-log u_a);  greedy: arg-max_a z_a</formula>
/// <formula name="log_probabilities">log pi(a | s) = z_a / T - log sum_b exp(z_b / T), b over the allowed actions</formula>
/// <derivation>
/// <step latex="P(g_a \le x) = e^{-e^{-x}}">A Gumbel number, -log(-log u) of a uniform u: the law of the largest of many.</step>
/// <step latex="P(y_b + g_b \le x \;\forall b \ne a) = \exp\Big(-e^{-x}\sum_{b \ne a} e^{y_b}\Big)">The noise is independent, so the probabilities that the others stay below x multiply, and their exponents add up.</step>
/// <step latex="P(a\;\text{wins}) = \int e^{-(x-y_a)}\, e^{-e^{-x}\sum_b e^{y_b}}\,dx = \frac{e^{y_a}}{\sum_b e^{y_b}}">Over all places x where a itself may land, the integral is the softmax.</step>
/// </derivation>
/// <reference>E. J. Gumbel, Statistical Theory of Extreme Values and Some Practical Applications, 1954.</reference>
/// <reference>C. J. Maddison, D. Tarlow and T. Minka, A* Sampling, NeurIPS 2014: the Gumbel-max trick.</reference>
public sealed class SampleOperation : Operation<PolicySampleRequest, PolicySampleResponse>
{
    /// <inheritdoc/>
    public override string Name => "policy/sample";

    /// <inheritdoc/>
    public override string Example => """
        {
          "states": [[1.0, 2.0], [0.5, -1.0], [0.0, 0.0]],
          "theta": [[0.1, 0.2, -0.3], [0.3, 0.4, 0.5]],
          "action_mask": [[true, true, true], [true, false, true], [true, true, true]],
          "seed": 7
        }
        """;

    /// <inheritdoc/>
    protected override PolicySampleResponse Evaluate<T>(PolicySampleRequest request, Evaluation run)
    {
        var operands = new PolicyOperands<T>(request.States, request.Theta, request.ActionMask, run);
        Tensor<int> actions = run.Rent<int>(operands.Batch);
        Tensor<T> logProbabilities = run.Rent<T>(operands.Batch);
        PolicySampling.Evaluate(
            operands.States.Span,
            operands.Theta.Span,
            operands.Features,
            operands.Actions,
            operands.ActionMask.SpanOrEmpty(),
            request.Temperature,
            request.Mode,
            request.Seed,
            actions.Span,
            logProbabilities.Span,
            run.Execution);
        return new PolicySampleResponse { Actions = actions, LogProbabilities = logProbabilities };
    }
}

/// <summary>States, the policy's parameters, and how to choose.</summary>
public sealed record PolicySampleRequest : OperationRequest
{
    /// <summary>A batch of states, or one.</summary>
    [Shape("[B, S] or [S]")]
    public required Tensor States { get; init; }

    /// <summary>The policy's parameters: a column of weights for each action.</summary>
    [Shape("[S, A]")]
    public required Tensor Theta { get; init; }

    /// <summary>True where an action is allowed. Default: all are.</summary>
    [Shape("[B, A] or [A]")]
    [Elements(TensorKind.Bool)]
    public Tensor? ActionMask { get; init; }

    /// <summary>What the scores are divided by: near 0 the policy is greedy, large it is uniform.</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; init; } = 1;

    /// <summary>Which random numbers: the same seed gives the same actions.</summary>
    public long Seed { get; init; }

    /// <summary>Whether to draw, or to take the most probable action.</summary>
    public SamplingMode Mode { get; init; } = SamplingMode.Sample;
}

/// <summary>The actions and how probable they were.</summary>
public sealed record PolicySampleResponse
{
    /// <summary>The action chosen in each state, from 0 to A - 1.</summary>
    [Shape("[B] or []")]
    [Elements(TensorKind.Integer)]
    public required Tensor Actions { get; init; }

    /// <summary>log pi(a | s) of each.</summary>
    [Shape("[B] or []")]
    public required Tensor LogProbabilities { get; init; }
}
