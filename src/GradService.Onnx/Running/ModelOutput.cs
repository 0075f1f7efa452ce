namespace GradService.Onnx.Running;

/// <summary>One tensor that a model gave, row-major, where the model wrote it: readable until its <see cref="ModelResult"/> is disposed.</summary>
public sealed class ModelOutput
{
    internal ModelOutput(string name, TensorDatatype datatype, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes, IReadOnlyList<ReadOnlyMemory<byte>> strings)
    {
        Name = name;
        Datatype = datatype;
        Shape = shape;
        Bytes = bytes;
        Strings = strings;
    }

    /// <summary>The name of the model's output.</summary>
    public string Name { get; }

    /// <summary>The type of the elements.</summary>
    public TensorDatatype Datatype { get; }

    /// <summary>The length of each axis.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements, little-endian, in native memory; empty for BYTES.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The elements of BYTES, copied; otherwise empty.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Strings { get; }
}
