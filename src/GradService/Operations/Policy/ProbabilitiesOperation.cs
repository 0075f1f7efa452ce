using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Policy;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Policy;

/// <summary>The action probabilities of a linear softmax policy, their logarithms and the entropy.</summary>
/// <remarks>
/// <para>The policy scores each action with a linear function of the state, divides by the temperature and takes the softmax over the allowed actions.</para>
/// <para>A masked action has probability exactly 0 and log-probability -Infinity. One state <c>[S]</c> is answered without the batch axis.</para>
/// <para>Edge cases: a state with no allowed action is an error; 0 log 0 = 0 in the entropy; logits of any finite size are safe; a logit of +Infinity or NaN makes its row NaN. An empty batch gives empty answers.</para>
/// </remarks>
/// <formula name="probabilities">pi(a | s) = exp(sᵀ theta_a / T) / sum_b exp(sᵀ theta_b / T), the sum over the allowed actions</formula>
/// <formula name="log_probabilities">log pi(a | s) = sᵀ theta_a / T - log sum_b exp(sᵀ theta_b / T)</formula>
/// <formula name="entropy">H(s) = -sum_a pi(a | s) log pi(a | s), in nats, from 0 to ln A</formula>
/// <derivation>
/// <step latex="z = \theta^\top s">Every action has a column of weights; its score is the dot product with the state.</step>
/// <step latex="\pi(a \mid s) = \frac{e^{z_a/T}}{\sum_b e^{z_b/T}}">Exponentiated and normalised, the scores become probabilities. A temperature below 1 makes the best action likelier, above 1 the choice more even.</step>
/// <step latex="H = -\sum_a \pi_a \log \pi_a">The entropy says how undecided the policy is: 0 for one certain action, ln A for all alike.</step>
/// </derivation>
/// <reference>R. S. Sutton and A. G. Barto, Reinforcement Learning, 2nd edition, 2018, section 13.1.</reference>
public sealed class ProbabilitiesOperation : Operation<PolicyProbabilitiesRequest, PolicyProbabilitiesResponse>
{
    /// <inheritdoc/>
    public override string Name => "policy/probabilities";

    /// <inheritdoc/>
    public override string Example => """
        {
          "states": [[1.0, 2.0], [0.5, -1.0]],
          "theta": [[0.1, 0.2, -0.3], [0.3, 0.4, 0.5]],
          "action_mask": [[true, true, true], [true, false, true]]
        }
        """;

    /// <inheritdoc/>
    protected override PolicyProbabilitiesResponse Evaluate<T>(PolicyProbabilitiesRequest request, Evaluation run)
    {
        var operands = new PolicyOperands<T>(request.States, request.Theta, request.ActionMask, run);
        Tensor<T> probabilities = run.Rent<T>(operands.PerAction);
        Tensor<T> logProbabilities = run.Rent<T>(operands.PerAction);
        Tensor<T> entropy = run.Rent<T>(operands.Batch);
        SoftmaxPolicy.Evaluate(
            operands.States.Span,
            operands.Theta.Span,
            operands.Features,
            operands.Actions,
            operands.ActionMask.SpanOrEmpty(),
            request.Temperature,
            probabilities.Span,
            logProbabilities.Span,
            entropy.Span,
            run.Execution);
        return new PolicyProbabilitiesResponse { Probabilities = probabilities, LogProbabilities = logProbabilities, Entropy = entropy };
    }
}

/// <summary>States, the policy's parameters, and which actions are allowed.</summary>
public sealed record PolicyProbabilitiesRequest : OperationRequest
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
}

/// <summary>Probabilities, their logarithms and the entropy.</summary>
public sealed record PolicyProbabilitiesResponse
{
    /// <summary>The probability of each action in each state; exactly 0 where masked.</summary>
    [Shape("[B, A] or [A]")]
    public required Tensor Probabilities { get; init; }

    /// <summary>Its natural logarithm; -Infinity where masked.</summary>
    [Shape("[B, A] or [A]")]
    [Ordinary(double.NegativeInfinity)]
    public required Tensor LogProbabilities { get; init; }

    /// <summary>The entropy of each state's probabilities, in nats.</summary>
    [Shape("[B] or []")]
    public required Tensor Entropy { get; init; }
}
