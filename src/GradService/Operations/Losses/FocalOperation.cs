using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Losses;

/// <summary>Focal loss over softmax probabilities, from logits, with its exact gradient.</summary>
/// <remarks>
/// <para>Where easy elements outnumber hard ones by far (background pixels, empty anchors), their many small cross-entropies drown the rest. The focal loss
/// multiplies each element's cross-entropy by (1 - p_y)^gamma: an element whose true class already has probability 0.9 counts a hundredth at gamma 2, one at 0.1 still four fifths.
/// At gamma 0 it is cross-entropy, to the bit.</para>
/// <para><c>weight</c> is the paper's alpha, one for each class. Labels may be class probabilities q: then every class's part of the cross-entropy is modulated by its own
/// (1 - p_c)^gamma. Reductions are those of <c>losses/cross-entropy</c>: <c>mean</c> divides by the summed weights of the counted elements (with class probabilities by
/// the number of elements); to divide by the number of elements whatever they weigh, as many libraries do, use <c>mean_elements</c>.</para>
/// <para>The gradient is that of cross-entropy times m = (1-p)^g + g (1-p)^(g-1) p (-log p), one number for each element. m is above 1 for some p: a low-confidence element pulls harder than under
/// cross-entropy, and only a confident one is let go.</para>
/// <para>Edge cases: 1 - p is never a difference from 1, so gradients stay exact where p is within 1e-16 of 1, and they tend to 0 there for every gamma above 0, also below 1; where p underflows to 0 the gradient is that of
/// cross-entropy. Ignored elements, zero total weights, empty batches and infinite logits as in <c>losses/cross-entropy</c>.</para>
/// </remarks>
/// <formula name="loss">L_i = -w_{y_i} (1 - p_i)^gamma log p_i with p_i = softmax(z_i)_{y_i};  mean: sum_i s_i L_i / sum_i s_i w_{y_i} over the elements not ignored</formula>
/// <formula name="grad_logits">dL_i/dz_ic = w_{y_i} m_i (softmax(z_i)_c - [c = y_i]),  m_i = (1 - p_i)^gamma - gamma (1 - p_i)^(gamma - 1) p_i log p_i</formula>
/// <derivation>
/// <step latex="L = -w\,(1-p)^\gamma \log p,\quad p = \mathrm{softmax}(z)_y">Cross-entropy, discounted where the true class already has a high probability.</step>
/// <step latex="\frac{dL}{dp} = w\Big(\gamma\,(1-p)^{\gamma-1}\log p - \frac{(1-p)^\gamma}{p}\Big) = -\frac{w\,m}{p}">By the product rule; the common factor m collects both terms.</step>
/// <step latex="\frac{\partial p}{\partial z_c} = p\,([c=y] - p_c)">The row of the softmax's Jacobian that belongs to the true class.</step>
/// <step latex="\frac{\partial L}{\partial z_c} = w\,m\,(p_c - [c=y]),\quad m = (1-p)^\gamma - \gamma(1-p)^{\gamma-1}\,p\log p">The p cancels: what is left is the gradient of cross-entropy, times m. For gamma = 0, m = 1.</step>
/// </derivation>
/// <reference>T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollar, Focal Loss for Dense Object Detection, ICCV 2017; there with a sigmoid for each class, here with the softmax over classes.</reference>
public sealed class FocalOperation : Operation<FocalRequest, FocalResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/focal";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[4.0, 0.0, -1.0], [0.5, 0.25, 0.0], [2.0, -1.0, 0.0]],
          "labels": [0, 0, 1],
          "weight": [0.25, 0.75, 0.75],
          "gamma": 2,
          "reduction": "none",
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override FocalResponse Evaluate<T>(FocalRequest request, Evaluation run)
    {
        var operands = new ClassLossOperands<T>(request.Logits, "logits", request, run, run.Wants(nameof(request.Logits)));
        var options = new FocalOptions
        {
            Gamma = request.Gamma,
            IgnoreIndex = request.IgnoreIndex,
            Reduction = request.Reduction,
            Examples = operands.Examples,
        };
        LossSummary summary = operands.Indices is { } indices
            ? Focal.Evaluate(
                operands.Scores.Span, operands.View, indices.Span, operands.Weight.SpanOrEmpty(), operands.SampleWeight.SpanOrEmpty(), operands.Upstream.SpanOrEmpty(), options, operands.ElementLosses, operands.Gradient.SpanOrEmpty(), run.Execution)
            : Focal.Evaluate(
                operands.Scores.Span, operands.View, operands.Probabilities.SpanOrEmpty(), operands.Weight.SpanOrEmpty(), operands.SampleWeight.SpanOrEmpty(), operands.Upstream.SpanOrEmpty(), options, operands.ElementLosses, operands.Gradient.SpanOrEmpty(), run.Execution);
        operands.Finish(summary, request, run);
        return new FocalResponse
        {
            Loss = operands.Losses,
            GradLogits = operands.Gradient,
            Denominator = operands.Denominator,
            Counted = summary.Counted,
        };
    }
}

/// <summary>Logits and labels, and how strongly easy elements are discounted.</summary>
public sealed record FocalRequest : ClassLossRequest
{
    /// <summary>Unnormalised scores, classes along <c>class_axis</c>.</summary>
    [Differentiable]
    [Shape("[.., C, ..]")]
    public required Tensor Logits { get; init; }

    /// <summary>The power of 1 - p that each element's cross-entropy is multiplied by: 0 is cross-entropy, 2 the paper's choice.</summary>
    [Range(0.0, double.PositiveInfinity)]
    public double Gamma { get; init; } = 2;
}

/// <summary>The loss and its gradient.</summary>
public sealed record FocalResponse
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
