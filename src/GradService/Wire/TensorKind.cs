using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>What elements a tensor asks for when the text alone has to settle the datatype.</summary>
public enum TensorKind
{
    /// <summary>Numbers in the request's floating type, FP32 or FP64.</summary>
    Floating,

    /// <summary>Whole numbers: INT32, or INT64 from the first that needs it. A base64 form keeps its integer datatype.</summary>
    Integer,

    /// <summary>
    /// Whole numbers as long as all are whole, otherwise all in the floating type: class labels, which are indices or probabilities.
    /// A base64 form keeps its datatype, but for floats, which become the floating type.
    /// </summary>
    Number,

    /// <summary><c>true</c> and <c>false</c>, or 1 and 0: <see cref="ElementType.BOOL"/>.</summary>
    Bool,
}
