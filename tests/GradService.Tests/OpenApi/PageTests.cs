using System.Text.RegularExpressions;

namespace GradService.Tests.OpenApi;

public sealed partial class PageTests(ServiceFixture service)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/swagger")]
    [InlineData("/swagger/index.html")]
    public async Task A_page_loads_only_what_the_service_itself_serves_and_has_no_inline_script(string address)
    {
        using HttpResponseMessage response = await service.Client.GetAsync(address, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        string html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotMatch(@"<script(?![^>]*\bsrc=)[^>]*>|\son\w+=", html);
        string[] resources = [.. Resources().Matches(html).Select(match => match.Groups["url"].Value)];
        Assert.NotEmpty(resources);
        foreach (string resource in resources)
        {
            var url = new Uri(response.RequestMessage!.RequestUri!, resource);
            Assert.Equal(service.Client.BaseAddress!.Authority, url.Authority);
            using HttpResponseMessage found = await service.Client.GetAsync(url, TestContext.Current.CancellationToken);
            Assert.True(found.IsSuccessStatusCode, $"{url} answers {(int)found.StatusCode}");
        }
    }

    [Fact]
    public async Task The_landing_page_leads_only_to_what_is_there()
    {
        string html = await service.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        string[] links = [.. Links().Matches(html).Select(match => match.Groups["url"].Value).Where(url => !url.StartsWith('#'))];
        Assert.NotEmpty(links);
        foreach (string link in links)
        {
            using HttpResponseMessage found = await service.Client.GetAsync(link, TestContext.Current.CancellationToken);
            Assert.True(found.IsSuccessStatusCode, $"{link} answers {(int)found.StatusCode}");
        }
    }

    [Fact]
    public async Task The_call_on_the_landing_page_runs()
    {
        string html = await service.Client.GetStringAsync("/", TestContext.Current.CancellationToken);
        Match command = Command().Match(html);
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(command.Groups["path"].Value, command.Groups["body"].Value);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [GeneratedRegex("""<(?:script|img)[^>]*\bsrc="(?<url>[^"]+)"|<link[^>]*\bhref=["'](?<url>[^"']+)["']""")]
    private static partial Regex Resources();

    [GeneratedRegex("""<a[^>]*\bhref="(?<url>[^"]+)""")]
    private static partial Regex Links();

    [GeneratedRegex("""http://localhost:8080(?<path>\S+)[^']*'Content-Type: application/json'[^']*'(?<body>\{[^']*)'""")]
    private static partial Regex Command();
}
