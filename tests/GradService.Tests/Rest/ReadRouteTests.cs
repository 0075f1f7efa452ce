namespace GradService.Tests.Rest;

/// <summary>HEAD is GET without the body (RFC 9110, section 9.3.2).</summary>
public sealed class ReadRouteTests(ServiceFixture service)
{
    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/v1/operations")]
    [InlineData("/v1/operations/losses/cross-entropy")]
    [InlineData("/v1/models")]
    [InlineData("/v2")]
    [InlineData("/v2/models/losses.cross_entropy")]
    [InlineData("/v2/models/losses.cross_entropy/ready")]
    [InlineData("/metrics")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/v1/operations/losses/no-such-thing")]
    public async Task The_head_of_what_is_read_is_that_of_its_GET(string path)
    {
        using HttpResponseMessage whole = await AskAsync(HttpMethod.Get, path);
        using HttpResponseMessage head = await AskAsync(HttpMethod.Head, path);
        Assert.Equal(path.EndsWith("no-such-thing", StringComparison.Ordinal) ? 404 : 200, (int)whole.StatusCode);
        Assert.Equal(whole.StatusCode, head.StatusCode);
        Assert.Equal(whole.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.NotEmpty(await whole.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_computed_has_no_head()
    {
        using HttpResponseMessage head = await AskAsync(HttpMethod.Head, "/v1/losses/cross-entropy");
        Assert.Equal(405, (int)head.StatusCode);
        Assert.Equal(["POST"], head.Content.Headers.Allow);
    }

    private Task<HttpResponseMessage> AskAsync(HttpMethod method, string path) =>
        service.Client.SendAsync(new HttpRequestMessage(method, path), TestContext.Current.CancellationToken);
}
