using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>Binary cross-entropy of independent yes-or-no questions, from logits or probabilities, with its exact gradient.</summary>
/// <remarks>
/// <para>Every element is a question of its own: its logit z says how likely the answer is yes, sigma(z) = 1 / (1 + e^-z), and its label t in [0, 1] says
/// what it was. So several classes may be true at once (multi-label classification, a foreground mask). Where exactly one class is true, use
/// <c>losses/cross-entropy</c>.</para>
/// <para>Why from logits? The logarithm of a rounded sigmoid is lost where the sigmoid rounds to 0 or 1; softplus(z) = max(z, 0) + log1p(e^-|z|) never is:
/// a logit of -800 against label 1 has loss 800 and gradient -1.</para>
/// <para><c>pos_weight</c> multiplies the positive side alone: 3 counts every positive as three, the usual cure for rare positives (negatives / positives is a common choice).
/// <c>weight</c> multiplies the whole loss of an element. Both broadcast to the logits' shape, axes aligned from the last: <c>[C]</c> for a weight of each class.
/// Unlike in <c>losses/cross-entropy</c>, <c>mean</c> divides by the number of elements whatever they weigh, as in PyTorch.</para>
/// <para>With <c>from</c> = <c>probabilities</c>, <c>logits</c> holds probabilities, clipped to [epsilon, 1 - epsilon] as in Keras; the gradient is that by the probabilities, exact
/// inside the interval and 0 outside. PyTorch instead cuts the logarithm at -100.</para>
/// <para>Edge cases: a label outside [0, 1] is refused; no elements give NaN under <c>mean</c> and 0 under <c>sum</c>; a NaN logit gives NaN; an infinite logit gives
/// an infinite loss where the label is against it (PyTorch: NaN for -Infinity) and NaN (0 times infinity) where it agrees; a zero weight times an infinite loss is NaN.</para>
/// </remarks>
/// <formula name="loss">L_i = w_i ((1 - t_i) softplus(z_i) + q_i t_i softplus(-z_i));  mean: sum_i L_i / n</formula>
/// <formula name="grad_logits">dL_i/dz_i = w_i ((1 - t_i) sigma(z_i) - q_i t_i sigma(-z_i)), which is w_i (sigma(z_i) - t_i) for q = 1;  from probabilities: w_i ((1 - t_i) / (1 - p_i) - q_i t_i / p_i) within the clip</formula>
/// <derivation>
/// <step latex="L = -q\,t\log\sigma(z) - (1-t)\log(1-\sigma(z))">The negative log-likelihood of the label under a coin that shows yes with probability sigma(z); q weighs the positive side.</step>
/// <step latex="-\log\sigma(z) = \log(1+e^{-z}) = \mathrm{softplus}(-z),\qquad 1-\sigma(z) = \sigma(-z)">Both logarithms are softplus functions, which neither overflow nor lose digits.</step>
/// <step latex="\frac{d}{dz}\,\mathrm{softplus}(z) = \sigma(z)">The derivative of softplus is the sigmoid.</step>
/// <step latex="\frac{\partial L}{\partial z} = (1-t)\,\sigma(z) - q\,t\,\sigma(-z)">So each side pulls with the probability it gives to being wrong. For q = 1 the two add up to sigma(z) - t.</step>
/// </derivation>
/// <reference>Semantics of torch.nn.functional.binary_cross_entropy_with_logits, PyTorch 2; clipping of probabilities as in keras.losses.BinaryCrossentropy.</reference>
public sealed class BinaryCrossEntropyOperation : Operation<BinaryCrossEntropyRequest, BinaryCrossEntropyResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/binary-cross-entropy";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[2.5, -1.0, 0.3], [-0.5, 4.0, -800.0]],
          "labels": [[1, 0, 1], [0, 1, 1]],
          "pos_weight": [1.0, 1.0, 3.0],
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override BinaryCrossEntropyResponse Evaluate<T>(BinaryCrossEntropyRequest request, Evaluation run)
    {
        var operands = new ElementLossOperands<T>(request.Logits, "logits", request.Reduction, request.Upstream, run, run.Wants(nameof(request.Logits)));
        Shape shape = operands.Scores.Shape;
        Require.Shape(request.Labels.Shape, "labels", shape, "one label for each of the logits");
        Tensor<T>? posWeight = null;
        if (request.PosWeight is not null)
        {
            Require.BroadcastsTo(request.PosWeight.Shape, "posWeight", shape, "one weight for each of the logits");
            posWeight = run.Floats<T>(request.PosWeight).BroadcastTo(shape, run.Scope);
        }

        Tensor<T>? weight = null;
        if (request.Weight is not null)
        {
            Require.BroadcastsTo(request.Weight.Shape, "weight", shape, "one weight for each of the logits");
            weight = run.Floats<T>(request.Weight).BroadcastTo(shape, run.Scope);
        }

        var options = new BinaryCrossEntropyOptions
        {
            Reduction = request.Reduction,
            Examples = operands.Examples,
            From = request.From,
            Epsilon = request.Epsilon,
        };
        LossSummary summary = BinaryCrossEntropy.Evaluate<T>(
            operands.Scores.Span, run.Floats<T>(request.Labels).Span, posWeight.SpanOrEmpty(), weight.SpanOrEmpty(), operands.Upstream.SpanOrEmpty(), options, operands.ElementLosses, operands.Gradient.SpanOrEmpty(), run.Execution);
        if (request.From == ScoreKind.Probabilities)
        {
            ProbabilityRange.Check<T>(operands.Scores.Span, run);
        }

        operands.Finish(summary, run);
        return new BinaryCrossEntropyResponse { Loss = operands.Losses, GradLogits = operands.Gradient };
    }
}

/// <summary>Logits and labels of independent questions, and how they become a loss.</summary>
public sealed record BinaryCrossEntropyRequest : DifferentiableRequest
{
    /// <summary>Unnormalised scores of any shape; or probabilities with <c>from</c> = <c>probabilities</c>.</summary>
    [Differentiable]
    [Shape("[..]")]
    public required Tensor Logits { get; init; }

    /// <summary>What each probability should be, from 0 to 1, of the logits' shape.</summary>
    [Shape("[..]")]
    public required Tensor Labels { get; init; }

    /// <summary>What the positive side of each element's loss is multiplied by, broadcast to the logits' shape: <c>[C]</c> for a weight of each class, or one number. Default: ones.</summary>
    [Shape("[C] or [..]")]
    public Tensor? PosWeight { get; init; }

    /// <summary>What the loss of each element is multiplied by, broadcast to the logits' shape; it does not enter the denominator. Default: ones.</summary>
    [Shape("[..]")]
    public Tensor? Weight { get; init; }

    /// <summary>How the elements' losses become one number. <c>mean</c> and <c>mean_elements</c> both divide by the number of elements.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>What <c>logits</c> holds: unnormalised scores, or probabilities.</summary>
    public ScoreKind From { get; init; } = ScoreKind.Logits;

    /// <summary>Probabilities are clipped to [epsilon, 1 - epsilon]. Only with <c>from</c> = <c>probabilities</c>.</summary>
    [Range(0.0, 0.5, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-7;
}

/// <summary>The loss and its gradient.</summary>
public sealed record BinaryCrossEntropyResponse
{
    /// <summary>The reduced loss in nats; with reduction <c>none</c> the loss of each element.</summary>
    [Objective]
    [Shape("[] or [..]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by the logits, of their shape.</summary>
    [Shape("[..]")]
    public Tensor? GradLogits { get; init; }
}
