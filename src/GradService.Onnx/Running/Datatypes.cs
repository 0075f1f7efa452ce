using Microsoft.ML.OnnxRuntime.Tensors;

namespace GradService.Onnx.Running;

/// <summary>Facts about the element types.</summary>
internal static class Datatypes
{
    /// <summary>The size of one element in bytes; 0 for BYTES, whose elements differ in length.</summary>
    public static int Size(this TensorDatatype datatype) => datatype switch
    {
        TensorDatatype.BOOL or TensorDatatype.UINT8 or TensorDatatype.INT8 => 1,
        TensorDatatype.UINT16 or TensorDatatype.INT16 or TensorDatatype.FP16 or TensorDatatype.BF16 => 2,
        TensorDatatype.UINT32 or TensorDatatype.INT32 or TensorDatatype.FP32 => 4,
        TensorDatatype.UINT64 or TensorDatatype.INT64 or TensorDatatype.FP64 => 8,
        _ => 0,
    };

    /// <summary>The type as the runtime names it.</summary>
    public static TensorElementType Native(this TensorDatatype datatype) => datatype switch
    {
        TensorDatatype.BOOL => TensorElementType.Bool,
        TensorDatatype.UINT8 => TensorElementType.UInt8,
        TensorDatatype.UINT16 => TensorElementType.UInt16,
        TensorDatatype.UINT32 => TensorElementType.UInt32,
        TensorDatatype.UINT64 => TensorElementType.UInt64,
        TensorDatatype.INT8 => TensorElementType.Int8,
        TensorDatatype.INT16 => TensorElementType.Int16,
        TensorDatatype.INT32 => TensorElementType.Int32,
        TensorDatatype.INT64 => TensorElementType.Int64,
        TensorDatatype.FP16 => TensorElementType.Float16,
        TensorDatatype.BF16 => TensorElementType.BFloat16,
        TensorDatatype.FP32 => TensorElementType.Float,
        TensorDatatype.FP64 => TensorElementType.Double,
        _ => TensorElementType.String,
    };

    /// <summary>The type that the runtime names so, or null when the protocol has none for it (complex numbers, 4-bit integers).</summary>
    public static TensorDatatype? Datatype(this TensorElementType type)
    {
        foreach (TensorDatatype datatype in Enum.GetValues<TensorDatatype>())
        {
            if (datatype.Native() == type)
            {
                return datatype;
            }
        }

        return null;
    }
}
