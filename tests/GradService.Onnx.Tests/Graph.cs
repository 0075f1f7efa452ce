using System.Runtime.InteropServices;

namespace GradService.Onnx.Tests;

/// <summary>The element types of ONNX by their numbers in <c>onnx.proto</c>.</summary>
internal enum Elements
{
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Double = 11,
    UInt32 = 12,
    UInt64 = 13,
    Complex64 = 14,
    BFloat16 = 16,
}

/// <summary>Builds an ONNX graph, or a whole file of one.</summary>
internal sealed class Graph
{
    private readonly Proto _graph = new Proto().Text(2, "graph");
    private readonly Proto _model = new Proto().Number(1, 8).Text(2, "tests").Text(6, "A model for tests.");

    /// <param name="dimensions">Whole numbers, names for open lengths, and "?" for nameless ones; null for a tensor of any number of axes.</param>
    public Graph Input(string name, Elements type, params object[]? dimensions) => Value(11, name, type, dimensions);

    public Graph Output(string name, Elements type, params object[]? dimensions) => Value(12, name, type, dimensions);

    public Graph Node(string op, string[] inputs, string[] outputs, params Proto[] attributes)
    {
        var node = new Proto();
        Array.ForEach(inputs, input => node.Text(1, input));
        Array.ForEach(outputs, output => node.Text(2, output));
        node.Text(4, op);
        Array.ForEach(attributes, attribute => node.Message(5, attribute));
        _graph.Message(1, node);
        return this;
    }

    public Graph Constant<T>(string name, Elements type, long[] shape, params T[] values)
        where T : unmanaged
    {
        _graph.Message(5, Tensor(name, type, shape).Raw(9, MemoryMarshal.AsBytes<T>(values).ToArray()));
        return this;
    }

    /// <summary>A constant whose data lie in another file.</summary>
    public Graph External(string name, Elements type, long[] shape, params (string Key, string Value)[] entries)
    {
        _graph.Message(5, Outside(Tensor(name, type, shape), entries));
        return this;
    }

    public Graph Property(string key, string value)
    {
        _model.Message(14, new Proto().Text(1, key).Text(2, value));
        return this;
    }

    public byte[] File() => _model.Message(7, _graph).Message(8, new Proto().Number(2, 17)).Bytes;

    public static Proto Attribute(string name, Graph graph) => new Proto().Text(1, name).Message(6, graph._graph).Number(20, 5);

    public static Proto Attribute(string name, Proto tensor) => new Proto().Text(1, name).Message(5, tensor).Number(20, 4);

    public static Proto Attribute(string name, long value) => new Proto().Text(1, name).Number(3, value).Number(20, 2);

    public static Proto Attribute(string name, params long[] values)
    {
        Proto attribute = new Proto().Text(1, name).Number(20, 7);
        Array.ForEach(values, value => attribute.Number(8, value));
        return attribute;
    }

    public static Proto Tensor(string name, Elements type, long[] shape)
    {
        var tensor = new Proto();
        Array.ForEach(shape, length => tensor.Number(1, length));
        return tensor.Number(2, (long)type).Text(8, name);
    }

    public static Proto Outside(Proto tensor, params (string Key, string Value)[] entries)
    {
        Array.ForEach(entries, entry => tensor.Message(13, new Proto().Text(1, entry.Key).Text(2, entry.Value)));
        return tensor.Number(14, 1);
    }

    private Graph Value(int field, string name, Elements type, object[]? dimensions)
    {
        var tensor = new Proto().Number(1, (long)type);
        if (dimensions is not null)
        {
            var shape = new Proto();
            foreach (object dimension in dimensions)
            {
                shape.Message(1, dimension switch
                {
                    "?" => new Proto(),
                    string symbol => new Proto().Text(2, symbol),
                    _ => new Proto().Number(1, Convert.ToInt64(dimension, System.Globalization.CultureInfo.InvariantCulture)),
                });
            }

            tensor.Message(2, shape);
        }

        _graph.Message(field, new Proto().Text(1, name).Message(2, new Proto().Message(1, tensor)));
        return this;
    }
}
