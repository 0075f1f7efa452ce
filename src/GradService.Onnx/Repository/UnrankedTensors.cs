using System.Text;

namespace GradService.Onnx.Repository;

/// <summary>Finds the inputs and outputs of which an ONNX file does not say how many axes they have. The runtime tells them from scalars no more.</summary>
internal static class UnrankedTensors
{
    public static IReadOnlySet<string> Of(ReadOnlySpan<byte> model)
    {
        const int graph = 7, input = 11, output = 12;
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ofModel = new ProtobufFields(model);
        while (ofModel.Next())
        {
            var ofGraph = new ProtobufFields(ofModel.Number == graph ? ofModel.Bytes : default);
            while (ofGraph.Next())
            {
                if (ofGraph.Number is input or output && !HasShape(ofGraph.Bytes))
                {
                    names.Add(Encoding.UTF8.GetString(First(ofGraph.Bytes, 1)));
                }
            }
        }

        return names;
    }

    // ValueInfoProto.type, its tensor_type, and that one's shape, which is there even when it is empty.
    private static bool HasShape(ReadOnlySpan<byte> value)
    {
        var fields = new ProtobufFields(First(First(value, 2), 1));
        while (fields.Next())
        {
            if (fields.Number == 2)
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> First(ReadOnlySpan<byte> message, int field)
    {
        var fields = new ProtobufFields(message);
        while (fields.Next())
        {
            if (fields.Number == field)
            {
                return fields.Bytes;
            }
        }

        return default;
    }
}
