using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Catalog;

/// <summary>The type in which floating tensors are read, computed and answered.</summary>
public enum Dtype
{
    /// <summary>IEEE 754 binary32; sums are accumulated in binary64 all the same.</summary>
    FP32,

    /// <summary>IEEE 754 binary64.</summary>
    FP64,
}

/// <summary>What every request may say, whatever the operation.</summary>
public abstract record OperationRequest
{
    /// <summary>The type in which all floating tensors are read, computed and answered.</summary>
    public Dtype Dtype { get; init; } = Dtype.FP32;

    /// <summary>The form of the tensors in a JSON answer.</summary>
    public TensorFormat TensorFormat { get; init; } = TensorFormat.Nested;
}

/// <summary>What every request to an operation with gradients may say.</summary>
public abstract record DifferentiableRequest : OperationRequest
{
    /// <summary>The names of the inputs to differentiate by. Default: all; an empty list for none.</summary>
    public IReadOnlyList<string>? Gradients { get; init; }

    /// <summary>What the gradients are multiplied by, of the loss's (or the values') shape: a vector-Jacobian product. Default: ones.</summary>
    [Shape("the loss's")]
    public Tensor? Upstream { get; init; }
}
