using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Activations;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Activations;

/// <summary>The Jacobian of the softmax, diag(p) - p pᵀ, written out for each position.</summary>
/// <remarks>
/// <para>A matrix to look at and to learn from: symmetric, positive semidefinite, with rows that sum to 0. To multiply a gradient by it use <c>activations/softmax</c>
/// with <c>upstream</c>, which never forms it.</para>
/// <para>Send <c>logits</c> or <c>probabilities</c>, not both. The class axis moves to the end and is doubled: logits <c>[B, C, H, W]</c> with axis 1 answer <c>[B, H, W, C, C]</c>.</para>
/// <para>Edge cases: probabilities must be at least 0 and sum to 1 within 0.001; a saturated softmax keeps its tiny off-diagonal entries; one class gives [[0]].</para>
/// </remarks>
/// <formula name="jacobian">J_ij = dp_i / dz_j = p_i ([i = j] - p_j)</formula>
/// <derivation>
/// <step latex="p_i = e^{z_i} / S,\quad S = \sum_k e^{z_k}">The softmax is a quotient; every logit appears in its denominator.</step>
/// <step latex="\frac{\partial p_i}{\partial z_i} = \frac{e^{z_i} S - e^{z_i} e^{z_i}}{S^2} = p_i (1 - p_i)">On the diagonal the quotient rule has both terms.</step>
/// <step latex="\frac{\partial p_i}{\partial z_j} = -\frac{e^{z_i} e^{z_j}}{S^2} = -p_i p_j">Off the diagonal the numerator is constant and only the denominator moves.</step>
/// <step latex="J = \mathrm{diag}(p) - p p^\top,\quad J\mathbf{1} = 0">Together: a diagonal minus a rank-one matrix. The rows sum to 0 because adding a constant to all logits changes nothing.</step>
/// </derivation>
/// <reference>I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 6.2.2.3.</reference>
public sealed class SoftmaxJacobianOperation : Operation<SoftmaxJacobianRequest, SoftmaxJacobianResponse>
{
    /// <inheritdoc/>
    public override string Name => "activations/softmax-jacobian";

    /// <inheritdoc/>
    public override bool IsLong => true;

    /// <inheritdoc/>
    public override string Example => """
        { "probabilities": [0.25, 0.5, 0.25] }
        """;

    /// <inheritdoc/>
    protected override SoftmaxJacobianResponse Evaluate<T>(SoftmaxJacobianRequest request, Evaluation run)
    {
        bool fromLogits = request.Logits is not null;
        Tensor operand = (request.Logits, request.Probabilities) switch
        {
            (not null, null) => request.Logits,
            (null, not null) => request.Probabilities,
            (null, null) => throw new OperandException("logits", "Neither logits nor probabilities was found; expected one of them."),
            _ => throw new OperandException("probabilities", "Both logits and probabilities were found; expected one of them."),
        };
        string name = fromLogits ? "logits" : "probabilities";
        Tensor<T> values = run.Floats<T>(operand, name);
        AxisView view = Require.Axis(values.Shape, name, request.Axis, "axis");
        Tensor<T> jacobian = run.Rent<T>(Require.Product(values.Shape.Without(request.Axis), name, view.Count, view.Count));
        if (fromLogits)
        {
            SoftmaxJacobian.EvaluateFromLogits<T>(values.Span, view, jacobian.Span, temperature: 1, run.Execution);
        }
        else
        {
            SoftmaxJacobian.Evaluate<T>(values.Span, view, jacobian.Span, run.Execution);
        }

        return new SoftmaxJacobianResponse { Jacobian = jacobian };
    }
}

/// <summary>Logits or probabilities, and the axis of the classes.</summary>
public sealed record SoftmaxJacobianRequest : OperationRequest
{
    /// <summary>Unnormalised scores; send these or <c>probabilities</c>.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? Logits { get; init; }

    /// <summary>Probabilities, each at least 0, summing to 1 along the axis; send these or <c>logits</c>.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? Probabilities { get; init; }

    /// <summary>The axis of the classes.</summary>
    public int Axis { get; init; } = -1;
}

/// <summary>The Jacobian of each position.</summary>
public sealed record SoftmaxJacobianResponse
{
    /// <summary>diag(p) - p pᵀ: row i holds the derivatives of p_i by every logit.</summary>
    [Shape("[.., .., C, C]")]
    public required Tensor Jacobian { get; init; }
}
