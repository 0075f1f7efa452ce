using System.Text.Json.Nodes;

namespace GradService.Tests.Rest;

/// <summary>What is said of results that are NaN or infinite: where, and what they came of.</summary>
public sealed class NonFiniteTests(ServiceFixture service)
{
    [Theory]
    [InlineData("losses/cross-entropy", """{"logits":[["Infinity",1],[1,2]],"labels":[0,1],"reduction":"none"}""", "Some results are not finite (the first of each: loss[0] is NaN, grad_logits[0][0] is NaN), as the request is not: logits[0][0] is Infinity.")]
    [InlineData("losses/cross-entropy", """{"logits":[[1,2]],"labels":[0],"upstream":"NaN"}""", "Some results are not finite (grad_logits[0][0] is NaN), as the request is not: upstream is NaN.")]
    [InlineData("activations/softmax", """{"logits":[[1,1],["NaN",1]]}""", "Some results are not finite (values[1][0] is NaN), as the request is not: logits[1][0] is NaN.")]
    [InlineData("activations/log-softmax", """{"logits":["-Infinity",1]}""", "Some results are not finite (values[0] is -Infinity), as the request is not: logits[0] is -Infinity.")]
    [InlineData("similarity/cross-correlation", """{"input":[[[[2e38,2e38]]]],"kernel":[[[[1,1]]]]}""", "Some results are not finite (output[0][0][0][0] is Infinity), though every number of the request is: look for a logarithm of 0 or less, a division by 0, or a number beyond the range of FP32.")]
    [InlineData("losses/kl-divergence", """{"log_probs":[[-1,-2]],"target":[[-0.5,1.5]],"reduction":"none"}""", "Some results are not finite (loss[0][0] is NaN), though every number of the request is: look for a logarithm of 0 or less, a division by 0, or a number beyond the range of FP32.")]
    [InlineData("losses/cross-entropy", """{"logits":[[1,2]],"labels":[-100]}""", "No element is counted (there are 1, each with label ignore_index -100), so the mean is 0/0: the loss is NaN and the gradient zero, as in PyTorch.")]
    public async Task One_sentence_says_where_and_why(string operation, string body, string sentence)
    {
        JsonNode answer = await AskAsync(operation, body);
        Assert.Equal(sentence, (string?)Assert.Single(answer["warnings"]!.AsArray()));
    }

    [Theory]
    [InlineData("policy/probabilities", """{"states":[1,2],"theta":[[0.1,0.2,-0.3],[0.3,0.4,0.5]],"action_mask":[true,true,false]}""")]
    [InlineData("losses/cross-entropy", """{"logits":[[1,"-Infinity"]],"labels":[0]}""")]
    public async Task What_is_ordinary_is_not_warned_of(string operation, string body) =>
        Assert.Null((await AskAsync(operation, body))["warnings"]);

    [Fact]
    public async Task A_large_gradient_is_warned_of_where_it_is_not_finite_and_only_there()
    {
        string rows = string.Join(',', Enumerable.Repeat("[1,2,3,4]", 5000));
        string labels = string.Join(',', Enumerable.Repeat("0", 5000));
        string request = $$"""{"logits":[[{{rows}}]],"labels":[[{{labels}}]],"reduction":"sum","weight":[100,1,1,1],"upstream":""";
        JsonNode finite = await AskAsync("losses/cross-entropy", request + "1}");
        Assert.Null(finite["warnings"]);
        Assert.Equal(-96.79414, (double)finite["grad_logits"]![0]![4999]![0]!, 4);

        JsonNode infinite = await AskAsync("losses/cross-entropy", request + "3e38}");
        Assert.StartsWith("Some results are not finite (grad_logits[0][0][0] is -Infinity)", (string?)Assert.Single(infinite["warnings"]!.AsArray()), StringComparison.Ordinal);
        Assert.Equal("-Infinity", (string?)infinite["grad_logits"]![0]![4999]![0]);
    }

    private async Task<JsonNode> AskAsync(string operation, string body)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/{operation}", body);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
