using System.Text.Json.Nodes;

namespace GradService.Tests.Rest;

/// <summary>Gradient checks of requests at which a plain central difference says nothing.</summary>
public sealed class GradcheckTests(ServiceFixture service)
{
    [Fact]
    public async Task A_NaN_upstream_does_not_pass()
    {
        JsonNode report = await CheckAsync("losses/cross-entropy", """{"logits":[[1,2]],"labels":[0],"upstream":"NaN"}""");
        Assert.False((bool)report["passed"]!);
        Assert.Equal("Infinity", (string?)report["inputs"]![0]!["max_absolute_error"]);
        Assert.StartsWith("The loss, multiplied by upstream where that is sent, is not finite", (string?)report["warnings"]![0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("losses/cross-entropy", """{"logits":[[0.25,0.75]],"labels":[0],"from":"probabilities","epsilon":0.25}""", "logits[0][0]")]
    [InlineData("losses/binary-cross-entropy", """{"logits":[0.5,0.25],"labels":[1,1],"from":"probabilities","epsilon":0.25}""", "logits[1]")]
    [InlineData("losses/binary-cross-entropy", """{"logits":[0,0.5],"labels":[1,1],"from":"probabilities"}""", "logits[0]")]
    public async Task At_the_edge_of_the_clip_the_answer_says_that_the_loss_has_a_kink_there(string operation, string body, string place)
    {
        JsonNode report = await CheckAsync(operation, body);
        Assert.True((bool)report["passed"]!, report.ToJsonString());
        Assert.StartsWith($"1 element of logits (the first: {place}) lies at a kink of the loss", (string?)report["warnings"]![0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_gradients_that_are_listed_are_checked()
    {
        const string Loss = """{"points":[[1],[2],[4]],"centroids":[[1],[3]]""";
        Assert.Equal(["points", "centroids"], await InputsAsync(Loss + "}"));
        Assert.Equal(["centroids"], await InputsAsync(Loss + ""","gradients":["centroids"]}"""));
        Assert.Empty(await InputsAsync(Loss + ""","gradients":[]}"""));

        async Task<IEnumerable<string>> InputsAsync(string body) =>
            (await CheckAsync("kmeans/loss", body))["inputs"]!.AsArray().Select(input => (string)input!["name"]!);
    }

    private async Task<JsonNode> CheckAsync(string operation, string body)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync($"/v1/gradcheck/{operation}", body);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
