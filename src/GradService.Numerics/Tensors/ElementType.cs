namespace GradService.Numerics.Tensors;

/// <summary>The type of a tensor's elements, spelled as the Open Inference Protocol spells its datatypes.</summary>
public enum ElementType
{
    /// <summary>Boolean, one byte.</summary>
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

    /// <summary>Strings of bytes, each of its own length.</summary>
    BYTES,
}

/// <summary>Facts about the element types.</summary>
public static class ElementTypes
{
    /// <summary>The size of one element in bytes; 0 for <see cref="ElementType.BYTES"/>, whose elements differ in length.</summary>
    /// <param name="type">An element type.</param>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.BOOL or ElementType.UINT8 or ElementType.INT8 => 1,
        ElementType.UINT16 or ElementType.INT16 or ElementType.FP16 or ElementType.BF16 => 2,
        ElementType.UINT32 or ElementType.INT32 or ElementType.FP32 => 4,
        ElementType.UINT64 or ElementType.INT64 or ElementType.FP64 => 8,
        _ => 0,
    };

    /// <summary>Whether the type is a floating-point type of any width.</summary>
    /// <param name="type">An element type.</param>
    public static bool IsFloating(this ElementType type) => type is ElementType.FP16 or ElementType.BF16 or ElementType.FP32 or ElementType.FP64;

    /// <summary>Whether the type is a signed or unsigned integer of any width (not BOOL).</summary>
    /// <param name="type">An element type.</param>
    public static bool IsInteger(this ElementType type) => type is >= ElementType.UINT8 and <= ElementType.INT64;

    /// <summary>The element type that a C# type stands for.</summary>
    /// <typeparam name="T">bool, an integer type, <see cref="Half"/>, <see cref="BFloat16"/>, float or double.</typeparam>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is none of these.</exception>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return ElementType.FP32;
        if (typeof(T) == typeof(double)) return ElementType.FP64;
        if (typeof(T) == typeof(int)) return ElementType.INT32;
        if (typeof(T) == typeof(long)) return ElementType.INT64;
        if (typeof(T) == typeof(bool)) return ElementType.BOOL;
        if (typeof(T) == typeof(byte)) return ElementType.UINT8;
        if (typeof(T) == typeof(ushort)) return ElementType.UINT16;
        if (typeof(T) == typeof(uint)) return ElementType.UINT32;
        if (typeof(T) == typeof(ulong)) return ElementType.UINT64;
        if (typeof(T) == typeof(sbyte)) return ElementType.INT8;
        if (typeof(T) == typeof(short)) return ElementType.INT16;
        if (typeof(T) == typeof(Half)) return ElementType.FP16;
        if (typeof(T) == typeof(BFloat16)) return ElementType.BF16;
        throw new NotSupportedException($"{typeof(T)} is not the element type of a tensor.");
    }
}
