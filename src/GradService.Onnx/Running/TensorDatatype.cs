namespace GradService.Onnx.Running;

/// <summary>The element types that models take and give, spelled as the Open Inference Protocol spells its datatypes.</summary>
public enum TensorDatatype
{
    /// <summary>Boolean, one byte: 0 or 1.</summary>
    BOOL,

    /// <summary>Unsigned 8-bit integer.</summary>
    UINT8,

    /// <summary>Unsigned 16-bit integer.</summary>
    UINT16,

    /// <summary>Unsigned 32-bit integer.</summary>
    UINT32,

    /// <summary>Unsigned 64-bit integer.</summary>
    UINT64,

    /// <summary>Signed 8-bit integer.</summary>
    INT8,

    /// <summary>Signed 16-bit integer.</summary>
    INT16,

    /// <summary>Signed 32-bit integer.</summary>
    INT32,

    /// <summary>Signed 64-bit integer.</summary>
    INT64,

    /// <summary>IEEE 754 binary16.</summary>
    FP16,

    /// <summary>bfloat16: the upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE 754 binary32.</summary>
    FP32,

    /// <summary>IEEE 754 binary64.</summary>
    FP64,

    /// <summary>Strings, each of its own length; UTF-8 by custom.</summary>
    BYTES,
}
