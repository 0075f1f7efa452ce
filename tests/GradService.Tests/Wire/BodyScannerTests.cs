using System.Text;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

public sealed class BodyScannerTests
{
    internal static readonly MemberTable Members = new(
        [
            new Member("logits", TensorKind.Floating),
            new Member("labels", TensorKind.Number),
            new Member("weight", TensorKind.Floating),
            new Member("mask", TensorKind.Bool),
            new Member("class_axis", null),
            new Member("reduction", null),
            new Member("gradients", null),
            new Member("dtype", null),
        ],
        new Dictionary<string, string[]>
        {
            ["class_weights"] = ["weight"],
            ["target"] = ["labels"],
            ["y_pred"] = ["logits"],
        });

    [Fact]
    public void Tensors_are_lifted_out_and_the_rest_stays_byte_for_byte()
    {
        ScannedBody body = Json.Scan(
            """
            {"reduction" : "su\u006d", "logits": [[1.5, 2],[3, 4]], "labels":[0,1], "class_axis": 1 , "gradients": [ "logits", {"a":[]} ]}
            """,
            Members);
        Assert.Equal("""{"reduction":"su\u006d","class_axis":1,"gradients":[ "logits", {"a":[]} ]}""", Encoding.UTF8.GetString(body.Skeleton.Span));
        Assert.Equal([1.5f, 2, 3, 4], ((Tensor<float>)body.Tensors[0]!).Span.ToArray());
        Assert.Equal([0, 1], ((Tensor<int>)body.Tensors[1]!).Span.ToArray());
        Assert.Null(body.Tensors[2]);
        Assert.Equal(ElementType.FP32, body.Floating);
    }

    [Fact]
    public void Escaped_names_byte_order_marks_and_nulls_are_understood()
    {
        ScannedBody body = Json.Scan("\uFEFF  {\"lo\\u0067its\": 1, \"weight\": null}\n", Members);
        Assert.Equal([1f], ((Tensor<float>)body.Tensors[0]!).Span.ToArray());
        Assert.Null(body.Tensors[2]);
        Assert.Equal("{}", Encoding.UTF8.GetString(body.Skeleton.Span));
    }

    [Theory]
    [InlineData("""{"dtype":"FP64","logits":[1e39,0.1],"labels":[0.1],"weight":[7]}""")]
    [InlineData("""{"logits":[1e39,0.1],"labels":[0.1],"weight":[7],"dtype":"FP64"}""")]
    [InlineData("""{"logits":[1e39,0.1],"dtype":"FP64","labels":[0.1],"weight":[7]}""")]
    [InlineData("""{"logits":{"shape":[2],"data":[1e39,0.1]},"labels":[0.1],"dt\u0079pe":"FP\u00364","weight":[7]}""")]
    public void The_floating_type_may_be_named_anywhere(string json)
    {
        foreach (string body in new[] { json, json.Replace("[7]", $"[{string.Join(",", Enumerable.Repeat("7", 5000))}]", StringComparison.Ordinal) })
        {
            ScannedBody scanned = Json.Scan(body, Members);
            Assert.Equal(ElementType.FP64, scanned.Floating);
            Assert.Equal([1e39, 0.1], ((Tensor<double>)scanned.Tensors[0]!).Span.ToArray());
            Assert.Equal([0.1], ((Tensor<double>)scanned.Tensors[1]!).Span.ToArray());
            Assert.Equal(7, ((Tensor<double>)scanned.Tensors[2]!).Span[0]);
        }
    }

    [Fact]
    public void A_dtype_that_only_seems_to_stand_there_changes_nothing()
    {
        ScannedBody body = Json.Scan("""{"logits":[0.1],"reduction":"\"dtype\":\"FP64\"","gradients":{"dtype":"FP64"}}""", Members);
        Assert.Equal(ElementType.FP32, body.Floating);
        Assert.Equal([0.1f], ((Tensor<float>)body.Tensors[0]!).Span.ToArray());
    }
}
