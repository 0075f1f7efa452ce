using System.Text;
using GradService.Onnx.Running;

namespace GradService.Tests.InferenceProtocol;

/// <summary>Small ONNX files, put together by hand as the protobuf messages that they are: each input goes through one operator to an output.</summary>
internal static class OnnxFile
{
    /// <summary>A file in which each input becomes an output of the same type and shape.</summary>
    /// <param name="maps">What each output is.</param>
    public static byte[] Of(params OnnxMap[] maps)
    {
        byte[] graph =
        [
            .. maps.SelectMany(map => Field(1, [.. Field(1, map.Input), .. Field(2, map.Output), .. Field(4, map.Operator)])),
            .. Field(2, "by hand"),
            .. maps.SelectMany(map => Field(11, Tensor(map.Input, map))),
            .. maps.SelectMany(map => Field(12, Tensor(map.Output, map))),
        ];
        return [.. Field(1, 8), .. Field(2, "GradService's tests"), .. Field(7, graph), .. Field(8, Field(2, 17))];
    }

    private static byte[] Tensor(string name, OnnxMap map)
    {
        byte[] shape = [.. map.Shape.SelectMany(axis => Field(1, axis is int length ? Field(1, length) : Field(2, (string)axis)))];
        return [.. Field(1, name), .. Field(2, Field(1, [.. Field(1, Code(map.Datatype)), .. Field(2, shape)]))];
    }

    // TensorProto.DataType.
    private static int Code(TensorDatatype datatype) => datatype switch
    {
        TensorDatatype.FP32 => 1,
        TensorDatatype.UINT8 => 2,
        TensorDatatype.INT8 => 3,
        TensorDatatype.UINT16 => 4,
        TensorDatatype.INT16 => 5,
        TensorDatatype.INT32 => 6,
        TensorDatatype.INT64 => 7,
        TensorDatatype.BYTES => 8,
        TensorDatatype.BOOL => 9,
        TensorDatatype.FP16 => 10,
        TensorDatatype.FP64 => 11,
        TensorDatatype.UINT32 => 12,
        TensorDatatype.UINT64 => 13,
        _ => 16,
    };

    private static byte[] Field(int number, long value) => [.. Varint(number << 3), .. Varint(value)];

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] bytes) => [.. Varint((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static IEnumerable<byte> Varint(long value)
    {
        for (; value > 127; value >>= 7)
        {
            yield return (byte)(value | 128);
        }

        yield return (byte)value;
    }
}

/// <summary>One operator with one input and one output of the same type and shape.</summary>
/// <param name="Input">The name of the input.</param>
/// <param name="Output">The name of the output.</param>
/// <param name="Operator">The operator: <c>Identity</c>, <c>Neg</c>.</param>
/// <param name="Datatype">The type of both.</param>
/// <param name="Shape">The axes: lengths, or names of open ones.</param>
internal sealed record OnnxMap(string Input, string Output, string Operator, TensorDatatype Datatype, params object[] Shape);
