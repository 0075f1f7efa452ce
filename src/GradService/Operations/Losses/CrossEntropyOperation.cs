using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>Softmax cross-entropy with class weights, from logits, with its exact gradient.</summary>
/// <remarks>
/// <para>The loss of one element with logits z, true class y and class weights w is the weighted negative log-probability that
/// the softmax of z gives to y. Labels may also be class probabilities q. Any number of axes, classes along <c>class_axis</c>:
/// one call serves a classifier's <c>[N, C]</c> and a segmentation network's <c>[B, H, W, C]</c> or <c>[B, C, H, W]</c>.</para>
/// <para>Ground truth or prediction? <c>weighting</c> = <c>labels</c> with <c>apply_to</c> = <c>loss</c> (the defaults) is the standard class-weighted
/// segmentation loss: the weight is that of the true class and multiplies the loss. <c>predictions</c> with <c>logits</c> multiplies each
/// element's logits by the weight k of their arg-max class, which acts as a temperature 1/k of that element: k below 1 raises the loss
/// of elements that are already right, and k = 0 fixes it at ln C. The other two combinations are there to compare.</para>
/// <para>Label smoothing e with weights follows PyTorch: (1-e) w_y (-l_y) + (e/C) sum_c w_c (-l_c), and <c>mean</c> still divides by the sum of w_y.
/// With class probabilities <c>mean</c> divides by the number of elements (by the sum of <c>sample_weight</c> where given), as in PyTorch, and <c>ignore_index</c> does not apply.</para>
/// <para>Edge cases: all elements ignored, or weights that are all zero, under <c>mean</c> gives NaN and a sentence in <c>warnings</c>, weights of both signs that
/// add up to zero an infinite loss and gradient, as in PyTorch; an empty batch gives NaN under <c>mean</c>
/// and 0 under <c>sum</c>; a logit of -Infinity at the true class gives an infinite loss with a finite gradient; +Infinity, NaN or all -Infinity give NaN;
/// a zero weight times an infinite loss is NaN. Logits of any finite size are safe: the maximum is subtracted, nothing is clipped.</para>
/// <para>With <c>from</c> = <c>probabilities</c>, <c>logits</c> holds probabilities p, clipped to [epsilon, 1-epsilon] and not renormalised; the gradient is -w q / p inside that interval and 0 outside.</para>
/// </remarks>
/// <formula name="loss">L_i = w_{y_i} (log sum_c exp z_ic - z_{i,y_i});  mean: sum_i s_i L_i / sum_i s_i w_{y_i} over the elements not ignored</formula>
/// <formula name="grad_logits">dL_i/dz_ic = w_{y_i} (softmax(z_i)_c - [c = y_i]);  class probabilities q: softmax(z_i)_c sum_k w_k q_ik - w_c q_ic</formula>
/// <derivation>
/// <step latex="\ell_c = z_c - \log\sum_k e^{z_k}">Start from the log-probability of class c: its logit minus the log-sum-exp of all logits.</step>
/// <step latex="L = -w_y\,\ell_y = w_y\Big(\log\sum_k e^{z_k} - z_y\Big)">The loss is the weighted negative log-probability of the true class y.</step>
/// <step latex="\frac{\partial}{\partial z_c}\log\sum_k e^{z_k} = \frac{e^{z_c}}{\sum_k e^{z_k}} = p_c">The derivative of the log-sum-exp is the softmax.</step>
/// <step latex="\frac{\partial L}{\partial z_c} = w_y\,(p_c - [c = y])">The logit of the true class enters once more, with a minus sign: so the gradient is probability minus one-hot, times the weight of the true class.</step>
/// <step latex="\frac{\partial}{\partial z_{ic}}\frac{\sum_i w_{y_i} L_i}{\sum_i w_{y_i}} = \frac{w_{y_i}}{\sum_j w_{y_j}}\,(p_{ic} - [c = y_i])">A mean divides every element by the same denominator, which does not depend on the logits.</step>
/// </derivation>
/// <reference>Semantics of torch.nn.functional.cross_entropy, PyTorch 2.</reference>
/// <reference>D. Eigen and R. Fergus, Predicting Depth, Surface Normals and Semantic Labels with a Common Multi-Scale Convolutional Architecture, ICCV 2015, section 3: class weights by median frequency.</reference>
/// <reference>C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, CVPR 2016, section 7: label smoothing.</reference>
public sealed class CrossEntropyOperation : Operation<CrossEntropyRequest, CrossEntropyResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/cross-entropy";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[2.0, 0.5, -1.0], [0.1, 0.2, 3.0], [-0.5, 1.5, 0.3], [1.0, 1.0, 1.0]],
          "labels": [0, 2, 1, 0],
          "weight": [0.2, 1.5, 3.0],
          "reduction": "mean",
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override CrossEntropyResponse Evaluate<T>(CrossEntropyRequest request, Evaluation run)
    {
        var operands = new ClassLossOperands<T>(request.Logits, "logits", request, run, run.Wants(nameof(request.Logits)));
        var options = new CrossEntropyOptions
        {
            IgnoreIndex = request.IgnoreIndex,
            LabelSmoothing = request.LabelSmoothing,
            Reduction = request.Reduction,
            Examples = operands.Examples,
            From = request.From,
            Epsilon = request.Epsilon,
            Weighting = request.Weighting,
            ApplyTo = request.ApplyTo,
        };
        LossSummary summary = operands.Evaluate(CrossEntropy.Evaluate, CrossEntropy.Evaluate, options, run.Execution);
        if (request.From == ScoreKind.Probabilities)
        {
            ProbabilityRange.Check<T>(operands.Scores.Span, run);
        }

        operands.Finish(summary, request, run);
        return new CrossEntropyResponse
        {
            Loss = operands.Losses,
            GradLogits = operands.Gradient,
            Denominator = operands.Denominator,
            Counted = summary.Counted,
        };
    }
}

/// <summary>Logits and labels, and how they become a loss.</summary>
public sealed record CrossEntropyRequest : SmoothedClassLossRequest
{
    /// <summary>Unnormalised scores, classes along <c>class_axis</c>; or probabilities with <c>from</c> = <c>probabilities</c>.</summary>
    [Differentiable]
    [Shape("[.., C, ..]")]
    public required Tensor Logits { get; init; }

    /// <summary>What <c>logits</c> holds: unnormalised scores, or probabilities.</summary>
    public ScoreKind From { get; init; } = ScoreKind.Logits;

    /// <summary>Probabilities are clipped to [epsilon, 1 - epsilon]. Only with <c>from</c> = <c>probabilities</c>.</summary>
    [Range(0.0, 0.5, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>What the weight multiplies: the element's loss, or its logits. <c>logits</c> needs <c>from</c> = <c>logits</c>.</summary>
    public ApplyTo ApplyTo { get; init; } = ApplyTo.Loss;
}

/// <summary>The loss and its gradient.</summary>
public sealed record CrossEntropyResponse
{
    /// <summary>The reduced loss in nats; with reduction <c>none</c> the loss of each element, 0 where ignored.</summary>
    [Objective]
    [Shape("[] or [.., ..]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by the logits, of their shape.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? GradLogits { get; init; }

    /// <summary>What the sum of the losses was divided by; 1 under <c>none</c> and <c>sum</c>.</summary>
    [Shape("[]")]
    public required Tensor Denominator { get; init; }

    /// <summary>The number of elements not ignored.</summary>
    public required long Counted { get; init; }
}
