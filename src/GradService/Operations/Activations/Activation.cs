using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Activations;

/// <summary>Logits, the axis of the classes and the temperature.</summary>
public abstract record ActivationRequest : DifferentiableRequest
{
    /// <summary>Unnormalised scores, classes along <c>axis</c>.</summary>
    [Differentiable]
    [Shape("[.., C, ..]")]
    public required Tensor Logits { get; init; }

    /// <summary>The axis of the classes.</summary>
    public int Axis { get; init; } = -1;

    /// <summary>What the logits are divided by: below 1 sharpens, above 1 flattens.</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; init; } = 1;
}

/// <summary>Runs an activation along an axis forward and, where an upstream gradient was sent, backward.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class Activation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public delegate void Forward(ReadOnlySpan<T> logits, AxisView view, double temperature, Span<T> values, Execution execution);

    public delegate void Backward(ReadOnlySpan<T> logits, AxisView view, ReadOnlySpan<T> upstream, double temperature, Span<T> gradient, Execution execution);

    public static (Tensor<T> Values, Tensor<T>? Gradient) Evaluate(ActivationRequest request, Evaluation run, Forward forward, Backward backward)
    {
        Tensor<T> logits = run.Floats<T>(request.Logits);
        AxisView view = Require.Axis(logits.Shape, "logits", request.Axis, "axis");
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, logits.Shape, "values");
        Tensor<T> values = run.Rent<T>(logits.Shape);
        forward(logits.Span, view, request.Temperature, values.Span, run.Execution);
        if (upstream is null || !run.Wants(nameof(request.Logits)))
        {
            return (values, null);
        }

        Tensor<T> gradient = run.Rent<T>(logits.Shape);
        backward(logits.Span, view, upstream.Span, request.Temperature, gradient.Span, run.Execution);
        return (values, gradient);
    }
}
