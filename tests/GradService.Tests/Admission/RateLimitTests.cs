using System.Net;
using System.Security.Claims;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using GradService.Hosting;
using GradService.Hosting.Admission;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace GradService.Tests.Admission;

public sealed class RateLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("fixed_window", "2", "2")]
    [InlineData("token_bucket", "1", "2")]
    public async Task A_caller_over_its_rate_is_told_429_and_when_to_come_again(string kind, string permits, string burst)
    {
        using var service = new RunningService(("RateLimit:Kind", kind), ("RateLimit:Permits", permits), ("RateLimit:Burst", burst), ("RateLimit:WindowSeconds", "3600"));
        for (int request = 0; request < 2; request++)
        {
            using HttpResponseMessage allowed = await service.Client.PostJsonAsync(Bodies.CrossEntropy, Bodies.Tiny);
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        }

        using HttpResponseMessage rest = await service.Client.PostJsonAsync(Bodies.CrossEntropy, Bodies.Tiny);
        Assert.Equal(HttpStatusCode.TooManyRequests, rest.StatusCode);
        Assert.Equal("application/problem+json", rest.Content.Headers.ContentType?.MediaType);
        Assert.InRange(rest.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3600);
        JsonNode problem = JsonNode.Parse(await rest.Content.ReadAsStringAsync(Cancellation))!;
        Assert.Equal(429, (int)problem["status"]!);
        Assert.Contains($"{(permits == "1" ? "1 request" : "2 requests")} in 3600 s", (string?)problem["detail"], StringComparison.Ordinal);

        using HttpResponseMessage infer = await service.Client.PostJsonAsync("/v2/models/losses.cross_entropy/infer", Bodies.TinyInfer);
        Assert.Equal(HttpStatusCode.TooManyRequests, infer.StatusCode);
        Assert.NotNull(infer.Headers.RetryAfter?.Delta);
        Assert.Equal(["error"], JsonNode.Parse(await infer.Content.ReadAsStringAsync(Cancellation))!.AsObject().Select(member => member.Key));

        foreach (string page in (string[])["/health/live", "/health/ready", "/v2/health/ready", "/v2/models/losses.nll/ready", "/", "/swagger/v1/swagger.json"])
        {
            using HttpResponseMessage answer = await service.Client.GetAsync(page, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Without_a_kind_nobody_is_counted()
    {
        using var service = new RunningService(("RateLimit:Permits", "1"), ("RateLimit:WindowSeconds", "3600"));
        for (int request = 0; request < 3; request++)
        {
            using HttpResponseMessage answer = await service.Client.PostJsonAsync(Bodies.CrossEntropy, Bodies.Tiny);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public void Each_key_and_each_network_is_counted_for_itself()
    {
        using PartitionedRateLimiter<HttpContext> limiter = Limits(("RateLimit:Kind", "fixed_window"), ("RateLimit:Permits", "1"), ("RateLimit:WindowSeconds", "3600")).Limiter();
        Assert.True(IsLet("10.0.0.1", null));
        Assert.False(IsLet("10.0.0.1", null));
        Assert.False(IsLet("::ffff:10.0.0.1", null));
        Assert.True(IsLet("10.0.0.2", null));
        Assert.True(IsLet("2001:db8:1:2::1", null));
        Assert.False(IsLet("2001:db8:1:2:ffff::9", null));
        Assert.True(IsLet("2001:db8:1:3::1", null));

        // Without an address, as on a Unix socket, all are one caller, which is not that of the pages that nobody counts.
        Assert.True(IsLet(null, null, "/health/live"));
        Assert.True(IsLet(null, null));
        Assert.False(IsLet(null, null));
        Assert.True(IsLet(null, null, "/health/live"));

        // A key has its own count, from whatever address.
        Assert.True(IsLet("10.0.0.1", "batch"));
        Assert.False(IsLet("10.0.0.7", "batch"));
        Assert.True(IsLet("10.0.0.1", "game"));

        bool IsLet(string? address, string? key, string path = "/v1/losses/nll")
        {
            var context = new DefaultHttpContext();
            context.Request.Path = path;
            context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
            if (key is not null)
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, key)], "ApiKey"));
            }

            using RateLimitLease lease = limiter.AttemptAcquire(context);
            return lease.IsAcquired;
        }
    }

    [Theory]
    [InlineData("/v1/losses/nll", true)]
    [InlineData("/v1", true)]
    [InlineData("/v2/models/losses.nll/infer", true)]
    [InlineData("/v2/models/losses.nll/ready", false)]
    [InlineData("/v2/health/live", false)]
    [InlineData("/health/ready", false)]
    [InlineData("/v10", false)]
    [InlineData("/", false)]
    public void What_load_balancers_and_readers_ask_is_not_counted(string path, bool isCounted) => Assert.Equal(isCounted, RateLimits.IsCounted(path));

    [Theory]
    [InlineData("RateLimit:Kind", "sometimes", "none, fixed_window or token_bucket")]
    [InlineData("RateLimit:Permits", "0", "a whole number from 1 to 1000000000")]
    [InlineData("RateLimit:WindowSeconds", "0", "a number from 0.1 to 86400")]
    [InlineData("RateLimit:Burst", "99", "a whole number from 100 to 1000000000")]
    public void A_wrong_setting_is_named(string name, string value, string expected) =>
        Assert.Equal($"Setting {name} is \"{value}\"; expected {expected}.", Assert.Throws<SettingException>(() => Limits((name, value))).Message);

    private static RateLimits Limits(params (string Name, string Value)[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build());
}
