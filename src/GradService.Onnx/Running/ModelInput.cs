namespace GradService.Onnx.Running;

/// <summary>One tensor for a model, row-major, over the caller's own memory, which is not copied and must stay as it is until the run has ended.</summary>
public sealed class ModelInput
{
    /// <summary>A tensor of numbers or booleans.</summary>
    /// <param name="name">The name of the model's input.</param>
    /// <param name="datatype">The type of the elements; not BYTES.</param>
    /// <param name="shape">The length of each axis.</param>
    /// <param name="bytes">The elements, little-endian. Memory that is not aligned to the element's size is copied once.</param>
    public ModelInput(string name, TensorDatatype datatype, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes)
    {
        Name = name;
        Datatype = datatype;
        Shape = shape;
        Bytes = bytes;
        Strings = [];
    }

    /// <summary>A tensor of strings.</summary>
    /// <param name="name">The name of the model's input.</param>
    /// <param name="shape">The length of each axis.</param>
    /// <param name="strings">One string of bytes for each element, row-major.</param>
    public ModelInput(string name, IReadOnlyList<long> shape, IReadOnlyList<ReadOnlyMemory<byte>> strings)
    {
        Name = name;
        Datatype = TensorDatatype.BYTES;
        Shape = shape;
        Strings = strings;
    }

    /// <summary>The name of the model's input.</summary>
    public string Name { get; }

    /// <summary>The type of the elements.</summary>
    public TensorDatatype Datatype { get; }

    /// <summary>The length of each axis.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The elements, little-endian; empty for BYTES.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The elements of BYTES; otherwise empty.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Strings { get; }
}
