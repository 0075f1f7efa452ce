using System.Net;
using GradService.Tests.Browser;
using Microsoft.Playwright;

namespace GradService.Tests.Access;

/// <summary>What browsers are told: of pages of other origins, and of the service's own.</summary>
public sealed class BrowserAccessTests(ServiceFixture shared, Chromium chromium)
{
    [Theory]
    [InlineData("https://app.example.org", true)]
    [InlineData("https://other.example.org", false)]
    public async Task Origins_that_are_named_may_call_and_others_may_not(string origin, bool allowed)
    {
        using var service = new RunningService([("Cors:Origins", "https://app.example.org http://localhost:3000"), .. Keys.Everything]);
        using HttpResponseMessage answer = await PreflightAsync(service.Client, origin);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(allowed ? [origin] : [], Header(answer, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task No_origin_may_call_where_none_is_named() =>
        Assert.Empty(Header(await PreflightAsync(shared.Client, "https://app.example.org"), "Access-Control-Allow-Origin"));

    [Theory]
    [InlineData("/")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/swagger-ui-bundle.js")]
    public async Task Pages_may_run_their_own_scripts_alone(string path)
    {
        using HttpResponseMessage answer = await shared.Client.GetAsync(path, TestContext.Current.CancellationToken);
        string policy = Header(answer, "Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy").Single());
    }

    [Fact]
    public async Task Answers_are_not_sniffed()
    {
        using HttpResponseMessage answer = await shared.Client.GetAsync("/v1/operations", TestContext.Current.CancellationToken);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("")]
    [InlineData("swagger/index.html")]
    public async Task The_pages_do_nothing_that_the_policy_forbids(string path)
    {
        IPage page = await chromium.OpenAsync($"{shared.Client.BaseAddress}{path}");
        var errors = new List<string>();
        page.Console += (_, message) => errors.AddRange(message.Type == "error" ? [message.Text] : []);
        page.PageError += (_, message) => errors.Add(message);
        await page.ReloadAsync(new PageReloadOptions { WaitUntil = WaitUntilState.NetworkIdle });
        Assert.Empty(errors);
    }

    private static async Task<HttpResponseMessage> PreflightAsync(HttpClient client, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/losses/nll");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,x-api-key");
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string[] Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? values) ? [.. values] : [];
}
