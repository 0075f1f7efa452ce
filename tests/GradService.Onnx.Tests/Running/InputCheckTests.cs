using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Running;

public sealed class InputCheckTests : IDisposable
{
    private readonly OnnxModel _model = TestModel.Of(new Graph()
        .Input("image", Elements.Float, "batch", 3, 2).Input("flag", Elements.String, 1)
        .Output("y", Elements.Float, "batch", 3, 2).Output("z", Elements.String, 1)
        .Node("Neg", ["image"], ["y"]).Node("Identity", ["flag"], ["z"]).File());

    private static readonly ModelInput Image = TestModel.Input("image", TensorDatatype.FP32, [1, 3, 2], new float[6]);
    private static readonly ModelInput Flag = new("flag", [1], [ReadOnlyMemory<byte>.Empty]);

    public void Dispose() => _model.Dispose();

    [Fact]
    public Task An_unknown_input_is_named_beside_those_there_are() =>
        RefusedAsync("picture", "The model has no input 'picture'. Its inputs are 'image', 'flag'.", TestModel.Input("picture", TensorDatatype.FP32, [1], 1f));

    [Fact]
    public Task A_missing_input_is_named() => RefusedAsync("flag", "Input 'flag' is missing: BYTES of shape [1].", Image);

    [Fact]
    public Task An_input_sent_twice_is_named() => RefusedAsync("image", "Input 'image' is there more than once.", Image, Image, Flag);

    [Fact]
    public Task Another_type_is_refused() =>
        RefusedAsync("image", "Input 'image' is FP64; the model takes FP32.", TestModel.Input("image", TensorDatatype.FP64, [1, 3, 2], new double[6]), Flag);

    [Fact]
    public Task Another_number_of_axes_is_refused() => RefusedAsync(
        "image",
        "Input 'image' has the 2 axes [3,2]; the model takes the 3 axes [-1,3,2].",
        TestModel.Input("image", TensorDatatype.FP32, [3, 2], new float[6]),
        Flag);

    [Fact]
    public Task Another_fixed_length_is_refused() => RefusedAsync(
        "image",
        "Input 'image' has length 4 in axis 1 of [1,4,2]; the model takes 3: [-1,3,2].",
        TestModel.Input("image", TensorDatatype.FP32, [1, 4, 2], new float[8]),
        Flag);

    [Fact]
    public Task A_shape_that_the_bytes_do_not_fill_is_refused() => RefusedAsync(
        "image",
        "Input 'image' has 24 bytes; FP32 of shape [2,3,2] has 48.",
        TestModel.Input("image", TensorDatatype.FP32, [2, 3, 2], new float[6]),
        Flag);

    [Fact]
    public Task A_shape_of_more_elements_than_can_be_counted_is_refused() => RefusedAsync(
        "image",
        "Input 'image' has 24 bytes; FP32 of shape [9223372036854775807,3,2] has more than can be sent.",
        TestModel.Input("image", TensorDatatype.FP32, [long.MaxValue, 3, 2], new float[6]),
        Flag);

    [Fact]
    public Task A_negative_length_is_refused() => RefusedAsync(
        "image",
        "Input 'image' has a negative length in its shape [-1,3,2].",
        TestModel.Input("image", TensorDatatype.FP32, [-1, 3, 2], new float[6]),
        Flag);

    [Fact]
    public Task Too_many_strings_are_refused() => RefusedAsync("flag", "Input 'flag' has 2 strings; BYTES of shape [1] has 1.", Image, new ModelInput("flag", [1], [default, default]));

    [Theory]
    [InlineData("The model has no output 'logits'. Its outputs are 'y', 'z'.", "logits", "y", "logits")]
    [InlineData("Output 'y' is asked for more than once.", "y", "y", "y")]
    public async Task Wrong_outputs_are_named(string message, string tensor, params string[] outputs)
    {
        ModelException exception = await Assert.ThrowsAsync<ModelException>(() => _model.RunAsync([Image, Flag], outputs, TestContext.Current.CancellationToken));
        Assert.Equal((ModelFault.WrongInput, tensor, message), (exception.Fault, exception.Tensor, exception.Message));
    }

    [Fact]
    public async Task Outputs_come_in_the_order_asked_for()
    {
        using ModelResult result = await _model.RunAsync([Flag, Image], ["z", "y"], TestContext.Current.CancellationToken);
        Assert.Equal(["z", "y"], result.Outputs.Select(output => output.Name));
    }

    private async Task RefusedAsync(string tensor, string message, params ModelInput[] inputs)
    {
        ModelException exception = await Assert.ThrowsAsync<ModelException>(() => _model.RunAsync(inputs, null, TestContext.Current.CancellationToken));
        Assert.Equal((ModelFault.WrongInput, tensor, message), (exception.Fault, exception.Tensor, exception.Message));
    }
}
