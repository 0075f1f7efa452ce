using System.Net;
using System.Text;
using GradService.Hosting.Access;
using GradService.Tests.InferenceProtocol;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Access;

/// <summary>Every route there is, asked for without a key, with a wrong one, with one that lacks the scope, and with the right one. The table is kept in <c>deploy/security</c>.</summary>
public sealed class AccessTableTests
{
    private static readonly string[] Scopes = ["compute", "models:run", "models:admin", "metrics"];

    [Fact]
    public async Task Every_route_lets_in_whom_the_approved_table_says()
    {
        using var service = new RunningService([.. Keys.Everything, .. Scopes.SelectMany((scope, index) => Keys.Setting(1 + index, $"without {scope}", Without(scope), string.Join(' ', Scopes.Except([scope]))))]);
        var table = new StringBuilder("""
            # Access

            Every route, where keys or tokens are configured: what it needs, and what is answered without a key, with a wrong one, with one that has every scope but that, and with the right one. `in` is whatever the route itself answers. Made and held by a test of the running service.

            | route | needs | no key | wrong key | without the scope | right key |
            |---|---|---|---|---|---|

            """);
        foreach ((string method, string path) in Routes(service))
        {
            table.Append(await RowAsync(service, method, path)).Append('\n');
        }

        string approved = Path.Combine(Repository.Root, "deploy", "security", "access.md");
        string received = Path.Combine(AppContext.BaseDirectory, "access.received.md");
        await File.WriteAllTextAsync(received, table.ToString(), TestContext.Current.CancellationToken);
        Assert.True(File.Exists(approved) && await File.ReadAllTextAsync(approved, TestContext.Current.CancellationToken) == table.ToString(), $"The access table has changed. To accept it: cp {received} {approved}");
    }

    [Fact]
    public void Every_route_says_what_it_needs()
    {
        using var service = new RunningService();
        Assert.All(service.Services.GetRequiredService<EndpointDataSource>().Endpoints, route => Assert.NotNull(route.Metadata.GetMetadata<Needs>()));
    }

    [Fact]
    public async Task Without_keys_everything_is_open_on_the_loopback()
    {
        using var service = new RunningService();
        foreach ((string method, string path) in Routes(service))
        {
            Assert.Equal("in", await AskAsync(service.Client, method, path, null));
        }
    }

    [Theory]
    [InlineData("X-Api-Key", Keys.All)]
    [InlineData("Authorization", "Bearer " + Keys.All)]
    [InlineData("Authorization", "bearer " + Keys.All)]
    public async Task A_key_is_taken_from_either_header(string header, string value)
    {
        using var service = new RunningService([.. Keys.Everything]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/models");
        request.Headers.TryAddWithoutValidation(header, value);
        using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/v1/losses/nll", null, 401, "Bearer", "No key was found; expected Authorization: Bearer <key> or X-Api-Key: <key>.")]
    [InlineData("/v2/models/losses.nll/infer", "wrong", 401, "Bearer error=\"invalid_token\"", "The key is not known; expected one that the service has. It may be misspelt, expired or withdrawn.")]
    [InlineData("/v1/losses/nll", "for metrics", 403, "Bearer error=\"insufficient_scope\", scope=\"compute\"", "The key has not the scope compute, which this needs. Ask for a key that has it.")]
    public async Task A_refusal_says_why_in_the_form_of_its_door_and_never_repeats_the_key(string path, string? key, int status, string challenge, string message)
    {
        using var service = new RunningService([.. Keys.Setting(0, "scraper", "for metrics", "metrics")]);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        using HttpResponseMessage answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(challenge, answer.Headers.GetValues("WWW-Authenticate").Single());
        Assert.Equal(message, (string?)System.Text.Json.Nodes.JsonNode.Parse(body)![path.StartsWith("/v2", StringComparison.Ordinal) ? "error" : "detail"]);
        Assert.True(key is null || !body.Contains($"\"{key}\"", StringComparison.Ordinal));
    }

    private static string Without(string scope) => $"a-key-without-{scope}";

    private static IEnumerable<(string Method, string Path)> Routes(RunningService service) => service.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>()
        .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Except(["HEAD"]).Select(method => (method, $"/{route.RoutePattern.RawText!.TrimStart('/')}")))
        .SelectMany<(string Method, string Path), (string Method, string Path)>(route => route.Path.EndsWith("/infer", StringComparison.Ordinal)
            ? [(route.Method, route.Path.Replace("{model}", "losses.nll", StringComparison.Ordinal)), route]
            : [route])
        .OrderBy(route => route.Path, StringComparer.Ordinal);

    private static async Task<string> RowAsync(RunningService service, string method, string path)
    {
        string none = await AskAsync(service.Client, method, path, null);
        string wrong = await AskAsync(service.Client, method, path, "wrong");
        string right = await AskAsync(service.Client, method, path, Keys.All);
        string need = none == "in" ? "nothing" : "any key";
        string lacking = "in";
        foreach (string scope in Scopes)
        {
            if (await AskAsync(service.Client, method, path, Without(scope)) is not "in" and var refusal)
            {
                (need, lacking) = ($"`{scope}`", refusal);
            }
        }

        return $"| {method} `{path}` | {need} | {none} | {wrong} | {lacking} | {right} |";
    }

    private static async Task<string> AskAsync(HttpClient client, string method, string path, string? key)
    {
        string address = path.Replace("{model}", "street-scenes", StringComparison.Ordinal).Replace("{name}", "street-scenes", StringComparison.Ordinal).Replace("{version}", "1", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? ((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture) : "in";
    }
}
