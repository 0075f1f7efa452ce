using GradService.Catalog;
using GradService.Numerics.Activations;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Activations;

/// <summary>The softmax along an axis, and its vector-Jacobian product.</summary>
/// <remarks>
/// <para>Probabilities from scores of any finite size: the largest is subtracted first, so [1000, 0, -5] gives [1, 0, 0] and not NaN. Every row
/// along the axis sums to 1 up to rounding.</para>
/// <para>The gradient needs <c>upstream</c>, the gradient of your own loss by the values, and is computed without forming the Jacobian.</para>
/// <para>Edge cases: -Infinity gives exactly 0; a row of only -Infinity, a +Infinity or a NaN gives NaN for its row, as in PyTorch. An empty axis gives an empty answer.</para>
/// </remarks>
/// <formula name="values">p_c = exp(z_c / T) / sum_k exp(z_k / T)</formula>
/// <formula name="grad_logits">p_c (u_c - sum_k u_k p_k) / T</formula>
/// <derivation>
/// <step latex="p_c = \frac{e^{z_c/T}}{\sum_k e^{z_k/T}}">Exponentiate and normalise.</step>
/// <step latex="\frac{\partial p_c}{\partial z_j} = \frac{1}{T}\,p_c\,([c = j] - p_j)">The quotient rule: the numerator gives the first term, the denominator the second. As a matrix it is diag(p) - p pᵀ, over T.</step>
/// <step latex="\sum_c u_c \frac{\partial p_c}{\partial z_j} = \frac{1}{T}\,p_j\Big(u_j - \sum_c u_c p_c\Big)">Multiplied by the upstream gradient u the matrix is never needed: one dot product a row is enough.</step>
/// </derivation>
/// <reference>Semantics of torch.nn.functional.softmax, PyTorch 2.</reference>
public sealed class SoftmaxOperation : Operation<SoftmaxRequest, SoftmaxResponse>
{
    /// <inheritdoc/>
    public override string Name => "activations/softmax";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[1.0, 2.0, 3.0], [1000.0, 0.0, -5.0]],
          "upstream": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override SoftmaxResponse Evaluate<T>(SoftmaxRequest request, Evaluation run)
    {
        (Tensor<T> values, Tensor<T>? gradient) = Activation<T>.Evaluate(request, run, Softmax.Forward, Softmax.Backward);
        return new SoftmaxResponse { Values = values, GradLogits = gradient };
    }
}

/// <summary>Logits, the axis of the classes and the temperature.</summary>
public sealed record SoftmaxRequest : ActivationRequest;

/// <summary>The values and, with an upstream gradient, the gradient by the logits.</summary>
public sealed record SoftmaxResponse
{
    /// <summary>The softmax, of the logits' shape; sums to 1 along the axis.</summary>
    [Objective]
    [Shape("[.., C, ..]")]
    public required Tensor Values { get; init; }

    /// <summary>The gradient of sum(upstream * values) by the logits; only when <c>upstream</c> is sent.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? GradLogits { get; init; }
}
