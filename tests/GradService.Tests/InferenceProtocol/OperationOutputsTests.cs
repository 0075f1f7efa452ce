using System.Text;
using GradService.InferenceProtocol;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;
using GradService.Operations;
using GradService.Operations.Losses;

namespace GradService.Tests.InferenceProtocol;

/// <summary>What an operation is asked to compute, and what tensors its answer becomes.</summary>
public sealed class OperationOutputsTests
{
    private static readonly Tensor One = new Tensor<float>(Shape.Scalar, [1f]);

    [Theory]
    [InlineData(null, "", null)]
    [InlineData("logits", "", "logits")]
    [InlineData("", "", "")]
    [InlineData(null, "loss", "")]
    [InlineData("logits", "loss", "")]
    [InlineData(null, "loss,grad_logits", "logits")]
    [InlineData("logits", "grad_logits", "logits")]
    [InlineData("", "grad_logits", "")]
    public void A_gradient_is_computed_only_where_it_is_asked_for(string? gradients, string outputs, string? expected)
    {
        var operation = new OperationOutputs(new OperationCatalog().ByModel("losses.cross_entropy")!);
        var request = new CrossEntropyRequest { Logits = One, Labels = One, Gradients = gradients is null ? null : Names(gradients) };
        RequestedOutput[] requested = [.. Names(outputs).Select(name => new RequestedOutput(name, null))];
        Assert.Equal(expected is null ? null : Names(expected), operation.Gradients(requested, request));
    }

    [Fact]
    public void Every_value_becomes_a_tensor()
    {
        using var scope = new TensorScope(MemoryBudget.Unlimited);
        Assert.Same(One, OutputTensor.Of(One, scope));
        Assert.Equal(0.5, Assert.IsType<Tensor<double>>(OutputTensor.Of(0.5, scope)).Span[0]);
        Assert.Equal(7, Assert.IsType<Tensor<long>>(OutputTensor.Of(7, scope)).Span[0]);
        Assert.Equal(1L << 40, Assert.IsType<Tensor<long>>(OutputTensor.Of(1L << 40, scope)).Span[0]);
        Assert.True(Assert.IsType<Tensor<bool>>(OutputTensor.Of(true, scope)).Span[0]);
        Assert.Equal(["grüß"], Strings(OutputTensor.Of("grüß", scope), Shape.Scalar));
        Assert.Equal(["mean_batch"], Strings(OutputTensor.Of(Reduction.MeanBatch, scope), Shape.Scalar));
        Assert.Equal(["a", ""], Strings(OutputTensor.Of((List<string>)["a", ""], scope), new Shape(2)));
        Assert.Equal(["""{"row":1,"column":2}"""], Strings(OutputTensor.Of(new { Row = 1, Column = 2 }, scope), Shape.Scalar));
    }

    private static string[] Names(string joined) => joined.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Strings(Tensor tensor, Shape shape)
    {
        Assert.Equal(shape, tensor.Shape);
        return [.. Assert.IsType<BytesTensor>(tensor).Values.Select(value => Encoding.UTF8.GetString(value.Span))];
    }
}
