using GradService.Benchmarks.Workloads;
using GradService.Onnx.Tests;

namespace GradService.Benchmarks.Models;

/// <summary>A model of dense layers alone: to run one row takes as long as to read its weights, and several rows little longer.</summary>
internal static class Dense
{
    public const string Name = "dense";
    public const string Input = "x";
    public const string Output = "y";

    private const int Layers = 2;

    /// <summary>The model as a file, FP32 [batch, width] to [batch, width].</summary>
    public static byte[] File(int width)
    {
        Graph graph = new Graph().Input(Input, Elements.Float, "batch", width).Output(Output, Elements.Float, "batch", width);
        string from = Input;
        for (int layer = 1; layer <= Layers; layer++)
        {
            string to = layer == Layers ? Output : $"h{layer}";
            graph
                .Constant($"w{layer}", Elements.Float, [width, width], new Draw(layer).Normal(1 / Math.Sqrt(width), width, width).Span.ToArray())
                .Node("MatMul", [from, $"w{layer}"], [$"z{layer}"])
                .Node("Tanh", [$"z{layer}"], [to]);
            from = to;
        }

        return graph.File();
    }
}
