using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics.Policy;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Policy;

/// <summary>The gradient of log pi(a | s) of a linear softmax policy by its parameters, with the derivation in your own numbers.</summary>
/// <remarks>
/// <para>The score function of policy-gradient methods: the outer product of the state and (e_a - p). One <c>[S, A]</c> matrix for each sample, or their sum with <c>per_sample</c> = false.</para>
/// <para><c>explain</c> adds every step of the chain rule: the Jacobian of the softmax, the one row of it that matters, that row over the probability, the state, and a sentence for each.</para>
/// <para>With a <c>temperature</c> T the scores are z = thetaᵀ s / T, so that one more factor of 1 / T stands in the gradient. An action masked out by <c>action_mask</c> has probability and gradient of exactly 0.</para>
/// <para>Why e_a - p is computed directly: where p_a underflows to 0 the quotient row / p_a is 0/0, while e_a - p is exact.</para>
/// <para>Edge cases: an action outside 0 .. A-1, or masked, is an error that names its place. One state <c>[S]</c> with one action is answered without the batch axis. An empty batch sums to zeros.</para>
/// </remarks>
/// <formula name="log_probabilities">log pi(a | s) = z_a - log sum_b exp z_b, with z = thetaᵀ s / T, b over the allowed actions</formula>
/// <formula name="gradient">d log pi(a | s) / d theta = s (e_a - p)ᵀ / T, with p = softmax(z)</formula>
/// <derivation>
/// <step latex="\log \pi(a \mid s) = \log p_a,\quad p = \mathrm{softmax}(z),\; z = \theta^\top s">Only p_a, the probability of the action taken, stands in the expression. The other probabilities do not, so of the whole Jacobian of the softmax only its row a is needed: why one row.</step>
/// <step latex="\frac{\partial p_a}{\partial z_j} = p_a([a = j] - p_j)">Row a of diag(p) - p pᵀ says how p_a moves with every score.</step>
/// <step latex="\frac{\partial \log p_a}{\partial z} = \frac{1}{p_a}\frac{\partial p_a}{\partial z} = e_a - p">The derivative of the logarithm is one over its argument: why divide by the probability. The p_a cancels, and e_a - p is left.</step>
/// <step latex="\frac{\partial z_j}{\partial \theta_{ij}} = s_i">Score j is the dot product of the state with column j of theta, so its derivative by theta_ij is s_i: why multiply by the state.</step>
/// <step latex="\frac{\partial \log \pi(a \mid s)}{\partial \theta} = s\,(e_a - p)^\top">The chain rule multiplies the two: every s_i with every entry of e_a - p, which is an outer product.</step>
/// </derivation>
/// <reference>R. S. Sutton and A. G. Barto, Reinforcement Learning, 2nd edition, 2018, section 13.3.</reference>
/// <reference>R. J. Williams, Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning, Machine Learning 8, 1992.</reference>
public sealed class LogGradientOperation : Operation<LogGradientRequest, LogGradientResponse>
{
    /// <inheritdoc/>
    public override string Name => "policy/log-gradient";

    /// <inheritdoc/>
    public override string Example => """
        {
          "states": [1.0, 2.0],
          "theta": [[0.1, 0.2], [0.3, 0.4]],
          "actions": 0,
          "explain": true,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override LogGradientResponse Evaluate<T>(LogGradientRequest request, Evaluation run)
    {
        var operands = new PolicyOperands<T>(request.States, request.Theta, request.ActionMask, run);
        Require.Shape(request.Actions.Shape, "actions", operands.Batch, "one action for each state");
        Tensor<int> actions = run.Indices(request.Actions);
        Shape one = new(operands.Features, operands.Actions);
        Tensor<T> gradient = run.Rent<T>(request.PerSample
            ? Require.Product(operands.Batch, "states", operands.Features, operands.Actions)
            : one);
        Tensor<T> logProbabilities = run.Rent<T>(operands.Batch);
        Tensor<T>? jacobian = null;
        Tensor<T>? row = null;
        Tensor<T>? dlog = null;
        if (request.Explain)
        {
            jacobian = run.Rent<T>(Require.Product(operands.Batch, "states", operands.Actions, operands.Actions));
            row = run.Rent<T>(operands.PerAction);
            dlog = run.Rent<T>(operands.PerAction);
        }

        LogGradient.Evaluate(
            operands.States.Span,
            operands.Theta.Span,
            actions.Span,
            operands.Features,
            operands.Actions,
            operands.ActionMask.SpanOrEmpty(),
            request.Temperature,
            request.PerSample,
            gradient.Span,
            logProbabilities.Span,
            new LogGradientParts<T> { Jacobian = jacobian.SpanOrEmpty(), JacobianRow = row.SpanOrEmpty(), Dlog = dlog.SpanOrEmpty() },
            run.Execution);
        return new LogGradientResponse
        {
            Gradient = gradient,
            LogProbabilities = logProbabilities,
            Jacobian = jacobian,
            JacobianRow = row,
            Dlog = dlog,
            State = request.Explain ? operands.States : null,
            Explanation = request.Explain && actions.Length > 0 ? Explain(operands, actions, row!, dlog!, request) : null,
        };
    }

    private static List<string> Explain<T>(PolicyOperands<T> operands, Tensor<int> actions, Tensor<T> row, Tensor<T> dlog, LogGradientRequest request)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int a = actions.Span[0];
        ReadOnlySpan<T> first = dlog.Span[..operands.Actions];
        var p = new T[operands.Actions];
        for (int j = 0; j < p.Length; j++)
        {
            p[j] = j == a ? T.One - first[j] : -first[j];
        }

        string over = request.Temperature == 1 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" / {request.Temperature}");
        string which = operands.Batch.Rank == 0 ? "Here" : "In the first sample";
        return
        [
            $"jacobian = diag(p) - p pᵀ, the derivative of every probability by every score z = thetaᵀ s{over}. {which} p = {Text<T>(p)}.",
            $"jacobian_row = row a of it: log pi(a | s) contains p_a alone, so only the row of the action taken is needed. {which} a = {a} and the row is {Text<T>(row.Span[..operands.Actions])}.",
            $"dlog = jacobian_row / p_a = e_a - p, because d log p_a = dp_a / p_a; it is computed as e_a - p, which stays exact where p_a underflows. {which} it is {Text(first)}.",
            $"state = s, because score j is the dot product of s with column j of theta, so its derivative by theta_ij is s_i{over}. {which} s = {Text<T>(operands.States.Span[..operands.Features])}.",
            request.PerSample
                ? $"gradient = state outer dlog{over}, the chain rule's product of the two: gradient_ij = s_i (e_a - p)_j{over}."
                : $"gradient = the sum over the samples of state outer dlog{over}, the chain rule's product of the two: gradient_ij = sum_b s_bi (e_a - p)_bj{over}.",
        ];
    }

    private static string Text<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Shown = 8;
        var texts = new List<string>();
        foreach (T value in values[..Math.Min(Shown, values.Length)])
        {
            texts.Add(value.ToString("G6", CultureInfo.InvariantCulture));
        }

        return $"[{string.Join(", ", texts)}{(values.Length > Shown ? ", ..." : string.Empty)}]";
    }
}

/// <summary>States, the policy's parameters and the actions taken.</summary>
public sealed record LogGradientRequest : OperationRequest
{
    /// <summary>A batch of states, or one.</summary>
    [Shape("[B, S] or [S]")]
    public required Tensor States { get; init; }

    /// <summary>The policy's parameters: a column of weights for each action.</summary>
    [Differentiable(Gradient = nameof(LogGradientResponse.Gradient))]
    [Shape("[S, A]")]
    public required Tensor Theta { get; init; }

    /// <summary>The action taken in each state, from 0 to A - 1.</summary>
    [Shape("[B] or []")]
    [Elements(TensorKind.Integer)]
    public required Tensor Actions { get; init; }

    /// <summary>True where an action is allowed. Default: all are.</summary>
    [Shape("[B, A] or [A]")]
    [Elements(TensorKind.Bool)]
    public Tensor? ActionMask { get; init; }

    /// <summary>What the scores are divided by.</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; init; } = 1;

    /// <summary>Whether to answer the steps of the derivation as well.</summary>
    public bool Explain { get; init; }

    /// <summary>Whether to answer the gradient of each sample, rather than their sum.</summary>
    public bool PerSample { get; init; } = true;
}

/// <summary>The gradient and, when asked for, how it comes about.</summary>
public sealed record LogGradientResponse
{
    /// <summary>d log pi(a | s) / d theta of each sample, or their sum.</summary>
    [Shape("[B, S, A] or [S, A]")]
    public required Tensor Gradient { get; init; }

    /// <summary>log pi(a | s) of each sample.</summary>
    [Objective]
    [Shape("[B] or []")]
    public required Tensor LogProbabilities { get; init; }

    /// <summary>With <c>explain</c>: diag(p) - p pᵀ.</summary>
    [Shape("[B, A, A] or [A, A]")]
    public Tensor? Jacobian { get; init; }

    /// <summary>With <c>explain</c>: the Jacobian's row of the action taken.</summary>
    [Shape("[B, A] or [A]")]
    public Tensor? JacobianRow { get; init; }

    /// <summary>With <c>explain</c>: that row over the action's probability, which is e_a - p.</summary>
    [Shape("[B, A] or [A]")]
    public Tensor? Dlog { get; init; }

    /// <summary>With <c>explain</c>: the state, the other factor of the outer product.</summary>
    [Shape("[B, S] or [S]")]
    public Tensor? State { get; init; }

    /// <summary>With <c>explain</c>: a sentence for each step.</summary>
    public IReadOnlyList<string>? Explanation { get; init; }
}
