using GradService.Onnx.Running;

namespace GradService.Onnx.Tests.Running;

public sealed class DescriptionTests
{
    [Fact]
    public void What_the_file_tells_of_itself_is_read()
    {
        byte[] file = new Graph()
            .Input("a", Elements.Float, "batch", 3, "?").Input("b", Elements.Int64).Input("c", Elements.Float, null)
            .Output("y", Elements.Float, "batch", 3, "?").Output("z", Elements.Int64).Output("u", Elements.Float, null)
            .Node("Relu", ["a"], ["y"]).Node("Identity", ["b"], ["z"]).Node("Identity", ["c"], ["u"])
            .Property("licence", "MIT").Property("seed", "7").File();
        using OnnxModel model = TestModel.Of(file, warmUp: false);
        ModelDescription description = model.Description;
        Assert.Equal(["a", "b", "c"], description.Inputs.Select(input => input.Name));
        Assert.Equal([-1, 3, -1], description.Inputs[0].Dimensions);
        Assert.Equal(["batch", null, null], description.Inputs[0].Symbols);
        Assert.Equal([], description.Inputs[1].Dimensions);
        Assert.Null(description.Inputs[2].Dimensions);
        Assert.Null(description.Outputs[2].Dimensions);
        Assert.Equal(new Dictionary<string, string> { ["licence"] = "MIT", ["seed"] = "7" }, description.Properties);
        Assert.Equal(("tests", "graph", "A model for tests."), (description.Producer, description.Graph, description.Description));
        Assert.Equal(ExecutionProvider.Cpu, description.Provider);
        Assert.Null(description.FallbackReason);
    }

    [Fact]
    public async Task Cuda_falls_back_to_the_processor_and_says_why()
    {
        using OnnxModel model = TestModel.Of(ModelFiles.Add(1), TestModel.Options with { Provider = ExecutionProvider.Cuda });
        Assert.Equal(ExecutionProvider.Cpu, model.Description.Provider);
        Assert.NotEmpty(model.Description.FallbackReason!);
        float[] y = await model.RunAsync(2);
        Assert.Equal([3], y);
    }

    [Fact]
    public void Models_that_take_or_give_what_cannot_be_sent_are_refused_with_its_name()
    {
        byte[] complex = new Graph().Input("x", Elements.Complex64, 1).Output("y", Elements.Complex64, 1).Node("Identity", ["x"], ["y"]).File();
        ModelException exception = Assert.Throws<ModelException>(() => TestModel.Of(complex));
        Assert.Equal(ModelFault.Unavailable, exception.Fault);

        byte[] sequence = new Graph().Input("x", Elements.Float, "n").Output("y", Elements.Float, "n").Node("SequenceConstruct", ["x"], ["y"]).File();
        exception = Assert.Throws<ModelException>(() => TestModel.Of(sequence));
        Assert.Equal(ModelFault.Unavailable, exception.Fault);
    }
}
