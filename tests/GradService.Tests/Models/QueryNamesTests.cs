using System.Net;
using System.Text.Json.Nodes;

namespace GradService.Tests.Models;

public sealed class QueryNamesTests(ServiceFixture service)
{
    [Theory]
    [InlineData("/v1/models/street-scenes/segment?veiw=overlay", "?veiw was found in the address; the query parameters here are view and tensor_format. Did you mean view?")]
    [InlineData("/v1/models/street-scenes/versions/1/segment?view=overlay&format=flat", "?format was found in the address; the query parameters here are view and tensor_format.")]
    [InlineData("/v1/losses/nll?reduction=sum", "?reduction was found in the address; the query parameters here are none: everything goes in the body.")]
    [InlineData("/v1/gradcheck/losses/nll?x", "?x was found in the address; the query parameters here are none: everything goes in the body.")]
    public async Task A_parameter_that_nobody_reads_is_refused_with_those_that_are_read(string address, string message)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(address, "{}");
        JsonNode problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(message, (string?)problem["detail"]);
    }

    [Theory]
    [InlineData("/v1/operations", HttpStatusCode.OK)]
    [InlineData("/v1/operations?page=2", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models?parameters=1", HttpStatusCode.OK)]
    [InlineData("/swagger/index.html?x=1", HttpStatusCode.OK)]
    [InlineData("/health/live?x=1", HttpStatusCode.OK)]
    [InlineData("/v1/nope?x=1", HttpStatusCode.NotFound)]
    [InlineData("/v1/losses/nll?x=1", HttpStatusCode.MethodNotAllowed)]
    public async Task What_is_not_ours_to_judge_is_left_alone(string address, HttpStatusCode status)
    {
        using HttpResponseMessage answer = await service.Client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
    }
}
