using System.Net;
using System.Text.Json.Nodes;

namespace GradService.Tests.OpenApi;

public sealed class InferenceProtocolDocumentTests(ServiceFixture service)
{
    [Theory]
    [InlineData("/v2", "/v2")]
    [InlineData("/v2/health/live", "/v2/health/live")]
    [InlineData("/v2/health/ready", "/v2/health/ready")]
    [InlineData("/v2/models", "/v2/models")]
    [InlineData("/v2/models/stats", "/v2/models/stats")]
    [InlineData("/v2/models/losses.cross_entropy", "/v2/models/{model_name}")]
    [InlineData("/v2/models/policy.log_gradient", "/v2/models/{model_name}")]
    [InlineData("/v2/models/losses.cross_entropy/ready", "/v2/models/{model_name}/ready")]
    [InlineData("/v2/models/losses.cross_entropy/stats", "/v2/models/{model_name}/stats")]
    [InlineData("/v2/models/losses.cross_entropy/versions/1", "/v2/models/{model_name}/versions/{model_version}")]
    public async Task What_can_be_read_has_the_documented_form(string address, string path)
    {
        JsonNode document = await DocumentAsync();
        JsonNode schema = document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;
        JsonNode answer = JsonNode.Parse(await service.Client.GetStringAsync(address, TestContext.Current.CancellationToken))!;
        Assert.Empty(new SchemaCheck(document).Errors(answer, schema));
        JsonNode known = new SchemaCheck(document).Resolve(schema)["properties"]!;
        Assert.DoesNotContain(answer.AsObject(), member => known[member.Key] is null);
    }

    [Theory]
    [InlineData("/v2/models/losses.cross_entropy/infer", "/v2/models/{model_name}/infer")]
    [InlineData("/v2/models/losses.cross_entropy/versions/1/infer", "/v2/models/{model_name}/versions/{model_version}/infer")]
    [InlineData("/v2/repository/index", "/v2/repository/index")]
    public async Task An_example_posted_answers_200_in_the_documented_form(string address, string path)
    {
        JsonNode document = await DocumentAsync();
        JsonNode operation = document["paths"]![path]!["post"]!;
        JsonNode documented = operation["responses"]!["200"]!["content"]!["application/json"]!;
        JsonNode request = operation["requestBody"]!["content"]!["application/json"]!["example"]!;
        using HttpResponseMessage response = await service.Client.PostJsonAsync(address, request.ToJsonString());
        JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(new SchemaCheck(document).Errors(answer, documented["schema"]!));
        if (answer is JsonObject)
        {
            Assert.True(JsonNode.DeepEquals(answer, documented["example"]), answer.ToJsonString());
        }
    }

    [Theory]
    [InlineData("/v2/models/nope/infer", "{}", "UnknownModel", 404)]
    [InlineData("/v2/models/losses.cross_entropy/infer", """{"inputs":[{"name":"logits","shape":[2,3],"datatype":"FP32","data":[2.0]}]}""", "BadInference", 400)]
    [InlineData("/v2/repository/models/losses.nll/load", "{}", "NoModelControl", 501)]
    public async Task An_error_is_the_documented_one(string address, string body, string response, int status)
    {
        JsonNode document = await DocumentAsync();
        JsonNode documented = document["components"]!["responses"]![response]!["content"]!["application/json"]!["example"]!;
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(address, body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(documented.ToJsonString(), JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.ToJsonString());
    }

    private async Task<JsonNode> DocumentAsync() =>
        JsonNode.Parse(await service.Client.GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken))!;
}
