namespace GradService.Onnx.Tests;

/// <summary>Small ONNX files.</summary>
internal static class ModelFiles
{
    /// <summary>y = x, of any shape of one type.</summary>
    public static byte[] Identity(Elements type) =>
        new Graph().Input("x", type, "n", "m").Output("y", type, "n", "m").Node("Identity", ["x"], ["y"]).File();

    /// <summary>y = x + a constant, FP32 [n].</summary>
    public static byte[] Add(float constant) => new Graph()
        .Input("x", Elements.Float, "n").Output("y", Elements.Float, "n")
        .Constant("c", Elements.Float, [], constant)
        .Node("Add", ["x", "c"], ["y"])
        .Property("constant", FormattableString.Invariant($"{constant}"))
        .File();

    /// <summary>y = x + the FP32 number that external data hold.</summary>
    public static byte[] AddExternal(params (string Key, string Value)[] entries) => new Graph()
        .Input("x", Elements.Float, "n").Output("y", Elements.Float, "n")
        .External("c", Elements.Float, [1], entries)
        .Node("Add", ["x", "c"], ["y"])
        .File();

    /// <summary>y = w x, the same matrix again and again, <c>n</c> times; n is a scalar.</summary>
    public static byte[] Slow(int size = 64) => Loops(size, new Graph().Input("n", Elements.Int64));

    /// <summary>The same for ever, and nothing is to be said.</summary>
    public static byte[] Endless() => Loops(64, new Graph().Constant("n", Elements.Int64, [], long.MaxValue));

    /// <summary>The same for about a second, and nothing is to be said.</summary>
    public static byte[] Lengthy() => Loops(256, new Graph().Constant("n", Elements.Int64, [], 1000L));

    /// <summary>y is x in two rows, of which only an even number of elements can be made.</summary>
    public static byte[] TwoRows() => new Graph()
        .Input("x", Elements.Float, "n").Output("y", Elements.Float, 2, "half")
        .Constant("shape", Elements.Int64, [2], 2L, -1L)
        .Node("Reshape", ["x", "shape"], ["y"])
        .File();

    /// <summary>y is the rows of a table that the indices x name, and the sum of x: [batch, k] to [batch, k] and [batch, 1].</summary>
    public static byte[] Rows() => new Graph()
        .Input("x", Elements.Int64, "batch", "k").Output("y", Elements.Float, "batch", "k").Output("sum", Elements.Int64, "batch", 1)
        .Constant("table", Elements.Float, [4], 0f, 10f, 20f, 30f)
        .Constant("axes", Elements.Int64, [1], 1L)
        .Node("Gather", ["table", "x"], ["y"])
        .Node("ReduceSum", ["x", "axes"], ["sum"])
        .File();

    private static byte[] Loops(int size, Graph counted)
    {
        Graph body = new Graph()
            .Input("i", Elements.Int64).Input("go_on", Elements.Bool).Input("v", Elements.Float, size, size)
            .Node("Identity", ["go_on"], ["go_on_out"]).Node("MatMul", ["w", "v"], ["v_out"])
            .Output("go_on_out", Elements.Bool).Output("v_out", Elements.Float, size, size);
        return counted
            .Output("y", Elements.Float, size, size)
            .Constant("w", Elements.Float, [size, size], new float[size * size])
            .Constant("yes", Elements.Bool, [], true)
            .Node("Loop", ["n", "yes", "w"], ["y"], Graph.Attribute("body", body))
            .File();
    }
}
