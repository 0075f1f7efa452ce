using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>Negative log-likelihood with class weights, from log-probabilities, with its exact gradient.</summary>
/// <remarks>
/// <para>What is left of cross-entropy when the log-softmax was taken elsewhere: the loss is linear in the log-probabilities, so its gradient
/// is minus the weight at the true class and zero at every other. <c>log_probs</c> are taken as they are; nothing checks that they are normalised.</para>
/// <para>Labels, weights, reductions, smoothing and ignored elements as in <c>losses/cross-entropy</c>. Parameters that speak of logits
/// (<c>from</c>, <c>epsilon</c>, <c>apply_to</c>) have no meaning here and are refused.</para>
/// <para>Edge cases: a log-probability of -Infinity at the true class gives an infinite loss; the gradient does not depend on the log-probabilities and stays finite.
/// All elements ignored, or weights that are all zero, under <c>mean</c> gives NaN and a sentence in <c>warnings</c>; weights of both signs that add up to zero
/// divide by 0.</para>
/// </remarks>
/// <formula name="loss">L_i = -w_{y_i} l_{i,y_i};  mean: sum_i s_i L_i / sum_i s_i w_{y_i} over the elements not ignored</formula>
/// <formula name="grad_log_probs">dL_i/dl_ic = -w_{y_i} [c = y_i];  class probabilities q: -w_c q_ic</formula>
/// <derivation>
/// <step latex="L = -w_y\,\ell_y">The loss reads one log-probability of each element, that of its true class.</step>
/// <step latex="\frac{\partial L}{\partial \ell_c} = -w_y\,[c = y]">It is linear in it, so the gradient is a constant there and zero elsewhere.</step>
/// <step latex="\frac{\partial L}{\partial z} = J^\top \frac{\partial L}{\partial \ell},\quad J = I - \mathbf{1}p^\top">Put through the Jacobian of the log-softmax this becomes w_y (p - e_y), the gradient of cross-entropy.</step>
/// </derivation>
/// <reference>Semantics of torch.nn.functional.nll_loss, PyTorch 2.</reference>
public sealed class NllOperation : Operation<NllRequest, NllResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/nll";

    /// <inheritdoc/>
    public override string Example => """
        {
          "log_probs": [[-0.25, -1.75, -3.0], [-1.5, -0.5, -2.0]],
          "labels": [0, 2],
          "weight": [1.0, 1.0, 3.0],
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override NllResponse Evaluate<T>(NllRequest request, Evaluation run)
    {
        var operands = new ClassLossOperands<T>(request.LogProbs, "logProbs", request, run, run.Wants(nameof(request.LogProbs)));
        var options = new NllOptions
        {
            IgnoreIndex = request.IgnoreIndex,
            LabelSmoothing = request.LabelSmoothing,
            Reduction = request.Reduction,
            Examples = operands.Examples,
            Weighting = request.Weighting,
        };
        LossSummary summary = operands.Evaluate(Nll.Evaluate, Nll.Evaluate, options, run.Execution);
        operands.Finish(summary, request, run);
        return new NllResponse
        {
            Loss = operands.Losses,
            GradLogProbs = operands.Gradient,
            Denominator = operands.Denominator,
            Counted = summary.Counted,
        };
    }
}

/// <summary>Log-probabilities and labels, and how they become a loss.</summary>
public sealed record NllRequest : SmoothedClassLossRequest
{
    /// <summary>Log-probabilities, such as <c>activations/log-softmax</c> answers, classes along <c>class_axis</c>.</summary>
    [Differentiable]
    [Shape("[.., C, ..]")]
    public required Tensor LogProbs { get; init; }
}

/// <summary>The loss and its gradient.</summary>
public sealed record NllResponse
{
    /// <summary>The reduced loss in nats; with reduction <c>none</c> the loss of each element, 0 where ignored.</summary>
    [Objective]
    [Shape("[] or [.., ..]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by the log-probabilities, of their shape.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? GradLogProbs { get; init; }

    /// <summary>What the sum of the losses was divided by; 1 under <c>none</c> and <c>sum</c>.</summary>
    [Shape("[]")]
    public required Tensor Denominator { get; init; }

    /// <summary>The number of elements not ignored.</summary>
    public required long Counted { get; init; }
}
