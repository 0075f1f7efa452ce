using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CsCheck;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

public sealed class TensorWriterTests
{
    [Theory]
    [InlineData(new int[0], "1.5")]
    [InlineData(new[] { 0 }, "[]")]
    [InlineData(new[] { 2, 0 }, "[[],[]]")]
    [InlineData(new[] { 2, 0, 3 }, "[[],[]]")]
    [InlineData(new[] { 0, 3 }, "[]")]
    [InlineData(new[] { 1, 2, 1, 0 }, "[[[[]],[[]]]]")]
    [InlineData(new[] { 3 }, "[1.5,1.5,1.5]")]
    [InlineData(new[] { 2, 1, 2 }, "[[[1.5,1.5]],[[1.5,1.5]]]")]
    public void Nested_form_keeps_every_bracket(int[] lengths, string json)
    {
        var shape = new Shape(lengths);
        var tensor = new Tensor<float>(shape, Enumerable.Repeat(1.5f, shape.Length).ToArray());
        Assert.Equal(json, Json.Write(tensor, TensorFormat.Nested));
    }

    [Fact]
    public void Flat_and_base64_forms_say_their_shape()
    {
        var tensor = new Tensor<float>(new Shape(2, 2), [1, -0f, float.NaN, 1e-7f]);
        Assert.Equal("""{"shape":[2,2],"data":[1,-0,"NaN",1e-7]}""", Json.Write(tensor, TensorFormat.Flat));
        Assert.Equal("""{"shape":[2,2],"datatype":"FP32","base64":"AACAPwAAAIAAAMD/lb/WMw=="}""", Json.Write(tensor, TensorFormat.Base64));
        Assert.Equal("""{"shape":[],"data":[true]}""", Json.Write(new Tensor<bool>(Shape.Scalar, [true]), TensorFormat.Flat));
        Assert.Equal("""{"shape":[0,3],"datatype":"INT64","base64":""}""", Json.Write(new Tensor<long>(new Shape(0, 3), []), TensorFormat.Base64));
    }

    [Fact]
    public void Strings_are_written_as_JSON_strings()
    {
        var tensor = new BytesTensor(new Shape(2, 1), [Encoding.UTF8.GetBytes("a\"\\\nä😀"), Array.Empty<byte>()]);
        string json = Json.Write(tensor, TensorFormat.Nested);
        Assert.Equal(["a\"\\\nä😀"], JsonSerializer.Deserialize<string[][]>(json)![0]);
        var back = (BytesTensor)Json.ReadDeclared(json, ElementType.BYTES, 2, 1);
        Assert.Equal(tensor.Values.Select(value => value.ToArray()), back.Values.Select(value => value.ToArray()));
    }

    [Fact]
    public void Any_tensor_reads_back_to_the_same_bits_from_any_form() =>
        Gen.Select(Gen.Int[0, 7].Array[1, 4], Gen.Byte.Array[7 * 7 * 7 * 7 * 8], Gen.Int[0, 2], Gen.Bool).Sample((lengths, bytes, form, wide) =>
        {
            var shape = new Shape(lengths);
            if (wide)
            {
                RoundTrip(shape, MemoryMarshal.Cast<byte, double>(bytes)[..shape.Length].ToArray(), (TensorFormat)form, ElementType.FP64);
            }
            else
            {
                RoundTrip(shape, MemoryMarshal.Cast<byte, float>(bytes)[..shape.Length].ToArray(), (TensorFormat)form, ElementType.FP32);
            }
        }, iter: 2000);

    [Fact]
    public void No_chunk_is_larger_than_asked_however_long_the_tensor()
    {
        var output = new ChunkMeter();
        float[] values = [.. Enumerable.Range(0, 100_000).Select(n => n / 7f)];
        foreach (TensorFormat format in Enum.GetValues<TensorFormat>())
        {
            TensorWriter.Write(new Tensor<float>(new Shape(100_000), values), format, output);
        }

        Assert.InRange(output.Largest, 1, 32_768);
    }

    private static void RoundTrip<T>(Shape shape, T[] values, TensorFormat format, ElementType floating)
        where T : unmanaged
    {
        string json = Json.Write(new Tensor<T>(shape, values), format);
        JsonDocument.Parse(json).Dispose();
        var back = (Tensor<T>)Json.Read(json, TensorKind.Floating, floating);

        // Nested brackets cannot say what lies within an axis of length 0.
        Assert.True(back.Shape == shape || (format == TensorFormat.Nested && shape.Length == 0));
        if (format == TensorFormat.Base64)
        {
            Assert.Equal(MemoryMarshal.AsBytes<T>(values).ToArray(), MemoryMarshal.AsBytes(back.Span).ToArray());
            return;
        }

        // The payload of a NaN is not kept by its name; its being one is.
        for (int index = 0; index < values.Length; index++)
        {
            double before = Convert.ToDouble(values[index], null);
            double after = Convert.ToDouble(back.Span[index], null);
            Assert.True(double.IsNaN(before) ? double.IsNaN(after) : BitConverter.DoubleToInt64Bits(before) == BitConverter.DoubleToInt64Bits(after), json);
        }
    }

    private sealed class ChunkMeter : IBufferWriter<byte>
    {
        private byte[] _room = [];

        public int Largest { get; private set; }

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Largest = Math.Max(Largest, sizeHint);
            _room = _room.Length < sizeHint ? new byte[sizeHint] : _room;
            return _room;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
