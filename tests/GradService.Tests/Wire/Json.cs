using System.Text;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

/// <summary>Shorthand for reading and writing tensors in these tests.</summary>
internal static class Json
{
    public static readonly WireLimits Limits = WireLimits.Default;

    public static Tensor Read(string json, TensorKind kind, ElementType floating = ElementType.FP32, WireLimits? limits = null)
    {
        // Not disposed: the tensors outlive the scope in the tests, and the pool can spare the arrays.
        var scope = new TensorScope(MemoryBudget.Unlimited);
        byte[] text = Encoding.UTF8.GetBytes(json);
        int offset = 0;
        Tensor tensor = TensorReader.Read(text, ref offset, kind, floating, scope, limits ?? Limits, "x");
        Assert.Equal(text.Length, offset);
        return tensor;
    }

    public static Tensor ReadDeclared(string json, ElementType type, params int[] shape)
    {
        var scope = new TensorScope(MemoryBudget.Unlimited);
        byte[] text = Encoding.UTF8.GetBytes(json);
        int offset = 0;
        Tensor tensor = TensorReader.ReadDeclared(text, ref offset, type, new Shape(shape), scope, Limits, "data");
        Assert.Equal(text.Length, offset);
        return tensor;
    }

    public static float[] Singles(string json) => ((Tensor<float>)Read(json, TensorKind.Floating)).Span.ToArray();

    public static double[] Doubles(string json) => ((Tensor<double>)Read(json, TensorKind.Floating, ElementType.FP64)).Span.ToArray();

    public static string Write(Tensor tensor, TensorFormat format)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        TensorWriter.Write(tensor, format, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static ScannedBody Scan(ReadOnlyMemory<byte> body, MemberTable members, WireLimits? limits = null) =>
        BodyScanner.Scan(body, members, new TensorScope(MemoryBudget.Unlimited), limits ?? Limits);

    public static ScannedBody Scan(string body, MemberTable members, WireLimits? limits = null) =>
        Scan(Encoding.UTF8.GetBytes(body), members, limits);
}
