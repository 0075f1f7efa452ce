using System.Text;
using System.Text.Json;
using GradService.Catalog;
using GradService.Numerics.Tensors;

namespace GradService.InferenceProtocol;

/// <summary>A value of a response record as a tensor of the protocol.</summary>
internal static class OutputTensor
{
    /// <summary>
    /// Tensors as they are; numbers and truth values as FP64, INT64 and BOOL of shape []; lists of sentences as BYTES [n], text and
    /// choices as BYTES []; anything else as its JSON in BYTES [].
    /// </summary>
    public static Tensor Of(object value, TensorScope scope) => value switch
    {
        Tensor tensor => tensor,
        double number => scope.Scalar(number),
        long number => scope.Scalar(number),
        int number => scope.Scalar((long)number),
        bool flag => scope.Scalar(flag),
        string text => new BytesTensor(Shape.Scalar, [Encoding.UTF8.GetBytes(text)]),
        IEnumerable<string> sentences => Sentences([.. sentences]),
        Enum choice => new BytesTensor(Shape.Scalar, [Encoding.UTF8.GetBytes(ParameterJson.EnumName(choice.GetType(), choice.ToString()))]),
        _ => new BytesTensor(Shape.Scalar, [JsonSerializer.SerializeToUtf8Bytes(value, ParameterJson.Options)]),
    };

    private static BytesTensor Sentences(string[] sentences) =>
        new(new Shape(sentences.Length), [.. sentences.Select(sentence => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(sentence))]);
}
