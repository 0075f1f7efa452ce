using System.Buffers;

namespace GradService.Onnx.Running;

/// <summary>The inputs of several requests joined along axis 0, in pooled memory.</summary>
internal sealed class JoinedInputs : IDisposable
{
    private readonly List<IMemoryOwner<byte>> _memory = [];

    /// <param name="requests">The inputs of each request, in the same order in each.</param>
    public JoinedInputs(IReadOnlyList<IReadOnlyList<ModelInput>> requests)
    {
        Rows = requests.Sum(inputs => inputs[0].Shape[0]);
        Inputs = [.. Enumerable.Range(0, requests[0].Count).Select(index => Join([.. requests.Select(inputs => inputs[index])]))];
    }

    /// <summary>The joined rows.</summary>
    public long Rows { get; }

    public IReadOnlyList<ModelInput> Inputs { get; }

    /// <summary>The inputs of one request, where they lie among the joined ones.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="rows">The rows.</param>
    public IReadOnlyList<ModelInput> Part(long from, long rows) => [.. Inputs.Select(input =>
    {
        long[] shape = [rows, .. input.Shape.Skip(1)];
        return input.Datatype == TensorDatatype.BYTES
            ? new ModelInput(input.Name, shape, RowsOf(input.Strings, Rows, from, rows))
            : new ModelInput(input.Name, input.Datatype, shape, RowsOf(input.Bytes, Rows, from, rows));
    })];

    /// <summary>Some rows of a tensor.</summary>
    public static ReadOnlyMemory<byte> RowsOf(ReadOnlyMemory<byte> bytes, long all, long from, long rows)
    {
        long row = bytes.Length / all;
        return bytes.Slice((int)(from * row), (int)(rows * row));
    }

    /// <summary>Some rows of a tensor of strings.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> RowsOf(IReadOnlyList<ReadOnlyMemory<byte>> strings, long all, long from, long rows)
    {
        long row = strings.Count / all;
        return [.. strings.Skip((int)(from * row)).Take((int)(rows * row))];
    }

    public void Dispose() => _memory.ForEach(memory => memory.Dispose());

    private ModelInput Join(ModelInput[] parts)
    {
        ModelInput first = parts[0];
        long[] shape = [Rows, .. first.Shape.Skip(1)];
        if (first.Datatype == TensorDatatype.BYTES)
        {
            return new ModelInput(first.Name, shape, [.. parts.SelectMany(part => part.Strings)]);
        }

        int length = checked(parts.Sum(part => part.Bytes.Length));
        IMemoryOwner<byte> memory = MemoryPool<byte>.Shared.Rent(length);
        _memory.Add(memory);
        int at = 0;
        foreach (ModelInput part in parts)
        {
            part.Bytes.CopyTo(memory.Memory[at..]);
            at += part.Bytes.Length;
        }

        return new ModelInput(first.Name, first.Datatype, shape, memory.Memory[..length]);
    }
}
