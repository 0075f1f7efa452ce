using System.Buffers;
using System.Globalization;
using System.Text;
using GradService.Benchmarks.Workloads;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Benchmarks.Wire;

/// <summary>A body of numbers: <c>{"values": ...}</c>, as nested as a batch of pictures or flat.</summary>
/// <param name="Text">The body.</param>
/// <param name="Values">The numbers in it.</param>
/// <param name="IsNested">Whether the arrays are four deep.</param>
internal sealed record WireText(byte[] Text, double[] Values, bool IsNested)
{
    /// <summary>Draws normal numbers and writes them down.</summary>
    /// <param name="digits">Nine for floats at their shortest, seventeen for the doubles that Python's <c>tolist</c> gives.</param>
    /// <param name="nested">Whether the arrays are four deep.</param>
    /// <param name="side">The rows and columns of a picture of twelve channels.</param>
    public static WireText Of(int digits, bool nested, int side)
    {
        var draw = new Draw(1);
        Tensor<float> drawn = draw.Normal(2, 1, side, side, 12);
        if (!nested)
        {
            drawn = drawn.Reshape(new Shape(drawn.Length));
        }

        var text = new ArrayBufferWriter<byte>();
        text.Write("{\"values\":"u8);
        double[] values = [.. drawn.Span.ToArray().Select(value => digits == 9 ? value : value / 3.0)];
        TensorWriter.Write(digits == 9 ? drawn : new Tensor<double>(drawn.Shape, values), TensorFormat.Nested, text);
        text.Write("}"u8);
        byte[] body = text.WrittenSpan.ToArray();

        // What the text says is the truth: the shortest text of a float is not that of the double of the same value.
        values = [.. Encoding.ASCII.GetString(body)["{\"values\":".Length..^1].Split(['[', ']', ','], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new WireText(body, values, nested);
    }
}
