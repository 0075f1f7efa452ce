using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>Kullback-Leibler divergence of target distributions from log-probabilities, with its exact gradient.</summary>
/// <remarks>
/// <para>KL(t || p) = sum_c t_c (log t_c - log p_c) measures in nats what is lost by describing t with p: 0 when they agree, and otherwise above. As in PyTorch the first
/// operand holds log p (take it from <c>activations/log-softmax</c>) and the second t itself, or log t with <c>log_target</c>. It is the loss of knowledge distillation and of
/// penalties that keep a policy near an old one. It differs from cross-entropy with labels t by the entropy of t, which no gradient sees.</para>
/// <para>Which reduction? PyTorch's default <c>mean</c> divides by the number of elements, classes included, so it is the divergence divided by the number of classes as well.
/// The divergence averaged over examples is <c>mean_batch</c>, PyTorch's <c>batchmean</c>. <c>mean_elements</c> is <c>mean</c>: no element is ever left out.</para>
/// <para>Nothing checks that either operand is normalised; a single element's part may be negative, and so may the sum where they are not.</para>
/// <para>Edge cases: 0 log 0 is 0, so a target of 0 costs nothing; but 0 against a log-probability of -Infinity is 0 times infinity, NaN, and so are a negative target and a log-target of
/// -Infinity, as in PyTorch; a positive target against -Infinity costs Infinity, with a finite gradient; no elements give NaN under <c>mean</c> and 0 under <c>sum</c>.</para>
/// </remarks>
/// <formula name="loss">L_i = t_i (log t_i - l_i), or e^{u_i} (u_i - l_i) with u = log t;  mean: sum_i L_i / n;  mean_batch: sum_i L_i / B</formula>
/// <formula name="grad_log_probs">dL_i/dl_i = -t_i, or -e^{u_i}</formula>
/// <derivation>
/// <step latex="\mathrm{KL}(t\,\|\,p) = \sum_c t_c\,(\log t_c - \ell_c),\quad \ell_c = \log p_c">The expected difference of the two log-probabilities, under the target.</step>
/// <step latex="\frac{\partial\,\mathrm{KL}}{\partial \ell_c} = -t_c">It is linear in the log-probabilities, and the target's entropy does not depend on them.</step>
/// <step latex="\frac{\partial\,\mathrm{KL}}{\partial z_c} = p_c\sum_k t_k - t_c">Put through the Jacobian of the log-softmax this becomes p - t for a normalised target: the gradient of cross-entropy.</step>
/// </derivation>
/// <reference>S. Kullback and R. A. Leibler, On Information and Sufficiency, Annals of Mathematical Statistics 22, 1951.</reference>
/// <reference>Semantics of torch.nn.functional.kl_div, PyTorch 2.</reference>
public sealed class KlDivergenceOperation : Operation<KlDivergenceRequest, KlDivergenceResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/kl-divergence";

    /// <inheritdoc/>
    public override string Example => """
        {
          "log_probs": [[-0.5, -1.25, -2.25], [-1.5, -0.75, -1.25]],
          "target": [[0.75, 0.25, 0.0], [0.125, 0.5, 0.375]],
          "reduction": "mean_batch",
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override KlDivergenceResponse Evaluate<T>(KlDivergenceRequest request, Evaluation run)
    {
        var operands = new ElementLossOperands<T>(request.LogProbs, "logProbs", request.Reduction, request.Upstream, run, run.Wants(nameof(request.LogProbs)));
        Require.Shape(request.Target.Shape, "target", operands.Scores.Shape, "one for each of the log_probs");
        var options = new KlDivergenceOptions { Reduction = request.Reduction, Examples = operands.Examples, LogTarget = request.LogTarget };
        LossSummary summary = KlDivergence.Evaluate<T>(
            operands.Scores.Span, run.Floats<T>(request.Target).Span, operands.Upstream.SpanOrEmpty(), options, operands.ElementLosses, operands.Gradient.SpanOrEmpty(), run.Execution);
        operands.Finish(summary, run);
        return new KlDivergenceResponse { Loss = operands.Losses, GradLogProbs = operands.Gradient };
    }
}

/// <summary>Log-probabilities and the distributions they should come near to.</summary>
public sealed record KlDivergenceRequest : DifferentiableRequest
{
    /// <summary>Log-probabilities of any shape, such as <c>activations/log-softmax</c> answers.</summary>
    [Differentiable]
    [Shape("[..]")]
    public required Tensor LogProbs { get; init; }

    /// <summary>The probabilities to come near to, of the shape of <c>log_probs</c>; their logarithms with <c>log_target</c>.</summary>
    [Shape("[..]")]
    public required Tensor Target { get; init; }

    /// <summary>How the elements' parts become one number. <c>mean</c> divides by the number of elements, classes included; <c>mean_batch</c> is PyTorch's <c>batchmean</c>.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>Whether <c>target</c> holds log-probabilities.</summary>
    public bool LogTarget { get; init; }
}

/// <summary>The divergence and its gradient.</summary>
public sealed record KlDivergenceResponse
{
    /// <summary>The reduced divergence in nats; with reduction <c>none</c> the part of each element.</summary>
    [Objective]
    [Shape("[] or [..]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by the log-probabilities, of their shape.</summary>
    [Shape("[..]")]
    public Tensor? GradLogProbs { get; init; }
}
