namespace GradService.Numerics.Tensors;

/// <summary>A bfloat16: the upper 16 bits of an IEEE 754 binary32. Read from the wire and widened, never computed in.</summary>
/// <param name="Bits">Sign, eight exponent bits, seven fraction bits.</param>
public readonly record struct BFloat16(ushort Bits)
{
    /// <summary>The same value as a float: exact.</summary>
    /// <param name="value">A bfloat16.</param>
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>The same value as a float: exact.</summary>
    public float ToSingle() => (float)this;
}
