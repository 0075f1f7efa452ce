using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Pictures;

public sealed class PictureModelTests
{
    [Theory]
    [InlineData(TensorDatatype.FP32, null, 1.0 / 255)]
    [InlineData(TensorDatatype.UINT8, null, 1.0)]
    [InlineData(TensorDatatype.UINT8, 0.5, 0.5)]
    public void The_scale_depends_on_the_type_where_it_is_left_out(TensorDatatype datatype, double? said, double expected) =>
        Assert.Equal(expected, Of(new ModelManifest { Scale = said }, datatype, -1, 3, -1, -1).Encoding.Scale);

    [Theory]
    [InlineData(PictureLayout.NCHW, new long[] { -1, 3, -1, -1 })]
    [InlineData(PictureLayout.NCHW, new long[] { 1, 3, 512, 512 })]
    [InlineData(PictureLayout.NHWC, new long[] { 1, 256, 256, 3 })]
    public void The_layout_is_that_of_the_axis_of_colours(PictureLayout expected, long[] axes) =>
        Assert.Equal(expected, Of(new ModelManifest(), TensorDatatype.FP32, axes).Encoding.Layout);

    [Fact]
    public void Sizes_come_from_the_file_or_from_the_manifest()
    {
        Assert.Equal(new PictureSize(256, 320), Of(new ModelManifest(), TensorDatatype.FP32, 1, 3, 256, 320).Size);
        Assert.True(Of(new ModelManifest(), TensorDatatype.FP32, 1, 3, -1, -1).Size.IsDynamic);
        Assert.Equal(new PictureSize(64, 48), Of(new ModelManifest { InputSize = new PictureSize(64, 48) }, TensorDatatype.FP32, 1, 3, -1, -1).Size);
    }

    [Theory]
    [InlineData("neither axis 1 nor axis 3", TensorDatatype.FP32, new long[] { 1, 4, 8, 8 })]
    [InlineData("has 3 axes", TensorDatatype.FP32, new long[] { 3, 8, 8 })]
    [InlineData("has 1 channels where colour_order RGB has 3. Say \"colour_order\": \"GREY\"", TensorDatatype.FP32, new long[] { 1, 1, 8, 8 })]
    [InlineData("is INT64; pictures can be made FP32, FP16 or UINT8", TensorDatatype.INT64, new long[] { 1, 3, 8, 8 })]
    [InlineData("leaves one of height and width open", TensorDatatype.FP32, new long[] { 1, 3, 8, -1 })]
    public void What_does_not_fit_a_picture_is_said(string message, TensorDatatype datatype, long[] axes)
    {
        ModelException exception = Assert.Throws<ModelException>(() => Of(new ModelManifest(), datatype, axes));
        Assert.Equal(ModelFault.WrongInput, exception.Fault);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_that_the_file_does_not_take_is_said()
    {
        ModelException exception = Assert.Throws<ModelException>(() => Of(new ModelManifest { InputSize = PictureSize.Dynamic }, TensorDatatype.FP32, 1, 3, 256, 320));
        Assert.Contains("takes height 256 and width 320", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_outputs_the_usual_name_counts_or_the_one_said()
    {
        Assert.Equal("out", Of(new ModelManifest(), ["aux", "out"]).OutputName);
        Assert.Equal("aux", Of(new ModelManifest { Output = "aux" }, ["aux", "out"]).OutputName);
        Assert.Contains("several outputs (a, b)", Assert.Throws<ModelException>(() => Of(new ModelManifest(), ["a", "b"])).Message, StringComparison.Ordinal);
    }

    private static PictureModel Of(ModelManifest manifest, TensorDatatype datatype, params long[] axes) =>
        PictureModel.Of("test", Description(new TensorSpec("image", datatype, axes, null), ["logits"]), manifest);

    private static PictureModel Of(ModelManifest manifest, string[] outputs) =>
        PictureModel.Of("test", Description(new TensorSpec("image", TensorDatatype.FP32, [1, 3, -1, -1], null), outputs), manifest);

    private static ModelDescription Description(TensorSpec input, string[] outputs) => new()
    {
        Inputs = [input],
        Outputs = [.. outputs.Select(name => new TensorSpec(name, TensorDatatype.FP32, [1, 5, -1, -1], null))],
        Properties = new Dictionary<string, string>(),
        Producer = string.Empty,
        Graph = string.Empty,
        Description = string.Empty,
        Provider = ExecutionProvider.Cpu,
    };
}
