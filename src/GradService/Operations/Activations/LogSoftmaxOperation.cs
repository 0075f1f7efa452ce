using GradService.Catalog;
using GradService.Numerics.Activations;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Activations;

/// <summary>The log-softmax along an axis, and its vector-Jacobian product.</summary>
/// <remarks>
/// <para>The logarithm of the softmax, computed without taking the logarithm of anything that may have underflowed: very unlikely classes keep an exact log-probability.</para>
/// <para>The gradient needs <c>upstream</c>, the gradient of your own loss by the values. With upstream e_a (one at class a) it is e_a - p: that is
/// row a of the softmax's Jacobian divided by p_a.</para>
/// <para><c>log_sum_exp</c>, what was taken from each logit, is answered too: a smooth maximum, whose gradient by the logits is softmax(z / T) / T. It is -Infinity for a row of only -Infinity, and Infinity where a logit is.</para>
/// <para>Edge cases: -Infinity stays -Infinity; a row of only -Infinity, a +Infinity or a NaN gives NaN for its row, as in PyTorch. An empty axis gives an empty answer.</para>
/// </remarks>
/// <formula name="values">l_c = z_c / T - log sum_k exp(z_k / T)</formula>
/// <formula name="log_sum_exp">log sum_k exp(z_k / T)</formula>
/// <formula name="grad_logits">(u_c - p_c sum_k u_k) / T, with p the softmax</formula>
/// <derivation>
/// <step latex="\ell_c = z_c/T - \log\sum_k e^{z_k/T}">The logarithm of the softmax: the logit minus the log-sum-exp.</step>
/// <step latex="\frac{\partial \ell_c}{\partial z_j} = \frac{1}{T}([c = j] - p_j)">The derivative of the log-sum-exp is the softmax p, the same for every c.</step>
/// <step latex="\frac{\partial \ell_a}{\partial z} = \frac{1}{T}(e_a - p) = \frac{1}{p_a}\,\frac{\partial p_a}{\partial z}">For one class a this is e_a - p: row a of the softmax's Jacobian over p_a, because d log p_a = dp_a / p_a.</step>
/// <step latex="\sum_c u_c \frac{\partial \ell_c}{\partial z_j} = \frac{1}{T}\Big(u_j - p_j \sum_c u_c\Big)">With any upstream gradient u one sum a row is enough; the matrix is never formed.</step>
/// </derivation>
/// <reference>Semantics of torch.nn.functional.log_softmax, PyTorch 2.</reference>
public sealed class LogSoftmaxOperation : Operation<LogSoftmaxRequest, LogSoftmaxResponse>
{
    /// <inheritdoc/>
    public override string Name => "activations/log-softmax";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[1.0, 2.0, 3.0], [1000.0, 0.0, -5.0]],
          "upstream": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override LogSoftmaxResponse Evaluate<T>(LogSoftmaxRequest request, Evaluation run)
    {
        (Tensor<T> values, Tensor<T>? gradient) = Activation<T>.Evaluate(request, run, LogSoftmax.Forward, LogSoftmax.Backward);
        Tensor<T> logits = run.Floats<T>(request.Logits);
        Tensor<T> sums = run.Rent<T>(logits.Shape.Without(request.Axis));
        LogSumExp.Evaluate<T>(logits.Span, AxisView.Along(logits.Shape, request.Axis), request.Temperature, sums.Span, run.Execution);
        return new LogSoftmaxResponse { Values = values, LogSumExp = sums, GradLogits = gradient };
    }
}

/// <summary>Logits, the axis of the classes and the temperature.</summary>
public sealed record LogSoftmaxRequest : ActivationRequest;

/// <summary>The values and, with an upstream gradient, the gradient by the logits.</summary>
public sealed record LogSoftmaxResponse
{
    /// <summary>The log-softmax, of the logits' shape; at most 0.</summary>
    [Objective]
    [Shape("[.., C, ..]")]
    public required Tensor Values { get; init; }

    /// <summary>The log-sum-exp of the logits over the temperature, of their shape without the axis.</summary>
    [Shape("[.., ..]")]
    public required Tensor LogSumExp { get; init; }

    /// <summary>The gradient of sum(upstream * values) by the logits; only when <c>upstream</c> is sent.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? GradLogits { get; init; }
}
