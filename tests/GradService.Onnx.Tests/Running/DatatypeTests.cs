using System.Text;
using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Running;

public sealed class DatatypeTests
{
    public static TheoryData<TensorDatatype, int> Numbers => new()
    {
        { TensorDatatype.BOOL, (int)Elements.Bool },
        { TensorDatatype.UINT8, (int)Elements.UInt8 },
        { TensorDatatype.UINT16, (int)Elements.UInt16 },
        { TensorDatatype.UINT32, (int)Elements.UInt32 },
        { TensorDatatype.UINT64, (int)Elements.UInt64 },
        { TensorDatatype.INT8, (int)Elements.Int8 },
        { TensorDatatype.INT16, (int)Elements.Int16 },
        { TensorDatatype.INT32, (int)Elements.Int32 },
        { TensorDatatype.INT64, (int)Elements.Int64 },
        { TensorDatatype.FP16, (int)Elements.Float16 },
        { TensorDatatype.BF16, (int)Elements.BFloat16 },
        { TensorDatatype.FP32, (int)Elements.Float },
        { TensorDatatype.FP64, (int)Elements.Double },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Every_datatype_goes_through_a_model_bit_by_bit(TensorDatatype datatype, int elements)
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Identity((Elements)elements));
        Assert.Equal(datatype, Assert.Single(model.Description.Inputs).Datatype);
        Assert.Equal(datatype, Assert.Single(model.Description.Outputs).Datatype);
        var bytes = new byte[6 * datatype.Size()];
        new Random(1).NextBytes(bytes);
        if (datatype == TensorDatatype.BOOL)
        {
            bytes = [1, 0, 0, 1, 1, 0];
        }

        using ModelResult result = await model.RunAsync([new ModelInput("x", datatype, [2, 3], bytes)], cancellationToken: TestContext.Current.CancellationToken);
        ModelOutput output = Assert.Single(result.Outputs);
        Assert.Equal(("y", datatype), (output.Name, output.Datatype));
        Assert.Equal([2, 3], output.Shape);
        Assert.Equal(bytes, output.Bytes.ToArray());
    }

    [Fact]
    public async Task Strings_go_through_a_model_whatever_bytes_they_hold()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Identity(Elements.String));
        ReadOnlyMemory<byte>[] strings = [Encoding.UTF8.GetBytes("Straße"), Array.Empty<byte>(), new byte[] { 65, 0, 66 }, new byte[] { 0xFF, 0xFE }];
        using ModelResult result = await model.RunAsync([new ModelInput("x", [2, 2], strings)], cancellationToken: TestContext.Current.CancellationToken);
        ModelOutput output = Assert.Single(result.Outputs);
        Assert.Equal(TensorDatatype.BYTES, output.Datatype);
        Assert.Equal([2, 2], output.Shape);
        Assert.Equal(strings.Select(text => text.ToArray()), output.Strings.Select(text => text.ToArray()));
    }

    [Theory]
    [InlineData(TensorDatatype.FP32, (int)Elements.Float)]
    [InlineData(TensorDatatype.INT64, (int)Elements.Int64)]
    [InlineData(TensorDatatype.BYTES, (int)Elements.String)]
    public async Task A_tensor_of_no_elements_goes_through(TensorDatatype datatype, int elements)
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Identity((Elements)elements));
        ModelInput input = datatype == TensorDatatype.BYTES ? new("x", [0, 3], []) : new("x", datatype, [0, 3], ReadOnlyMemory<byte>.Empty);
        using ModelResult result = await model.RunAsync([input], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([0, 3], result.Outputs[0].Shape);
        Assert.Equal(0, result.Outputs[0].Bytes.Length);
        Assert.Empty(result.Outputs[0].Strings);
    }

    [Fact]
    public async Task Tensors_need_not_be_aligned()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Add(1));
        float[] values = [.. Enumerable.Range(0, 1000).Select(value => (float)value)];
        for (int offset = 0; offset < 4; offset++)
        {
            var bytes = new byte[4004];
            Buffer.BlockCopy(values, 0, bytes, offset, 4000);
            using ModelResult result = await model.RunAsync(
                [new ModelInput("x", TensorDatatype.FP32, [1000], bytes.AsMemory(offset, 4000))],
                cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(values.Select(value => value + 1), result.Outputs[0].Values<float>());
        }
    }

    [Fact]
    public async Task An_output_that_is_an_input_does_not_share_the_callers_memory()
    {
        byte[] file = new Graph().Input("x", Elements.Float, "n").Output("x", Elements.Float, "n").Output("y", Elements.Float, "n")
            .Node("Neg", ["x"], ["y"]).File();
        using OnnxModel model = TestModel.Of(file);
        ModelInput input = TestModel.X(1, 2, 3);
        using ModelResult result = await model.RunAsync([input], ["x"], TestContext.Current.CancellationToken);
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(input.Bytes).Span.Clear();
        Assert.Equal([1, 2, 3], result.Outputs[0].Values<float>());
    }
}
