using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GradService.Tests.OpenApi;

/// <summary>Holds the document against the table of who is let in, which is made from real requests.</summary>
public sealed partial class RefusalsDocumentTests(ServiceFixture service)
{
    [Fact]
    public async Task Every_refusal_in_the_access_table_is_declared_and_no_other()
    {
        JsonNode document = JsonNode.Parse(await service.Client.GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken))!;
        string table = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "security", "access.md"), TestContext.Current.CancellationToken);
        var rows = Row().Matches(table).ToDictionary(row => Key(row.Groups["method"].Value, row.Groups["path"].Value));
        int declared = 0;
        foreach ((string path, JsonNode? item) in document["paths"]!.AsObject())
        {
            foreach ((string method, JsonNode? operation) in item!.AsObject().Where(member => member.Key is "get" or "post"))
            {
                Match row = Find(rows, Key(method.ToUpperInvariant(), path));
                JsonNode responses = operation!["responses"]!;
                Assert.Equal((path, row.Groups["none"].Value == "401"), (path, responses["401"] is not null));
                Assert.Equal((path, row.Groups["lacking"].Value == "403"), (path, responses["403"] is not null));
                declared += responses["401"] is null ? 0 : 1;
            }
        }

        Assert.True(declared > 70, $"{declared} routes declare that they ask for a key.");
    }

    [Theory]
    [InlineData("/v1/losses/nll", "post")]
    [InlineData("/v1/operations", "get")]
    [InlineData("/v2/models", "get")]
    [InlineData("/v2/models/{model_name}/infer", "post")]
    public async Task What_counts_towards_the_rate_declares_that_it_may_be_too_much(string path, string method)
    {
        JsonNode document = JsonNode.Parse(await service.Client.GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken))!;
        JsonNode responses = document["paths"]![path]![method]!["responses"]!;
        foreach (string status in (string[])["429", "503"])
        {
            string name = ((string)responses[status]!["$ref"]!)["#/components/responses/".Length..];
            Assert.NotNull(document["components"]!["responses"]![name]!["headers"]!["Retry-After"]);
        }
    }

    // One path of the document may stand for many routes.
    private static Match Find(Dictionary<string, Match> rows, string key) => rows.TryGetValue(key, out Match? row)
        ? row
        : rows.First(other => Regex.IsMatch(other.Key, $"^{Regex.Escape(key).Replace(@"\{}", "[^/]+", StringComparison.Ordinal)}$")).Value;

    private static string Key(string method, string path) => $"{method} {Parameter().Replace(path, "{}")}";

    [GeneratedRegex(@"^\| (?<method>\w+) `(?<path>[^`]*)` \| [^|]* \| (?<none>\w+) \| \w+ \| (?<lacking>\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
