using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Operations;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.OpenApi;

public sealed class DocumentTests(ServiceFixture service)
{
    public static TheoryData<string> Operations() => [.. new OperationCatalog().All.Select(operation => operation.Name)];

    public static TheoryData<string> Differentiable() =>
        [.. new OperationCatalog().All.Where(operation => operation.Signature.Differentiable.Count > 0).Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task The_example_of_every_operation_runs_unchanged_and_answers_what_is_documented(string name)
    {
        JsonNode document = await DocumentAsync();
        JsonNode operation = document["paths"]![$"/v1/{name}"]!["post"]!;
        JsonNode request = operation["requestBody"]!["content"]!["application/json"]!;
        JsonNode response = operation["responses"]!["200"]!["content"]!["application/json"]!;
        var check = new SchemaCheck(document);

        Assert.Empty(check.Errors(request["example"], request["schema"]!));
        (HttpStatusCode status, JsonNode answer) = await PostAsync($"/v1/{name}", request["example"]!);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Empty(check.Errors(answer, response["schema"]!));
        Assert.Empty(Undocumented(answer, check.Resolve(response["schema"]!)));
        Assert.True(JsonNode.DeepEquals(answer, response["example"]), $"{answer.ToJsonString()}\nis not the documented\n{response["example"]!.ToJsonString()}");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Every_form_of_tensor_and_both_dtypes_are_answered_as_documented(string name)
    {
        JsonNode document = await DocumentAsync();
        JsonNode operation = document["paths"]![$"/v1/{name}"]!["post"]!;
        JsonNode example = operation["requestBody"]!["content"]!["application/json"]!["example"]!;
        JsonNode schema = operation["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;
        JsonNode properties = document["components"]!["schemas"]![new OperationCatalog().All.Single(known => known.Name == name).RequestType.Name]!["properties"]!;
        foreach (JsonNode? form in properties["tensor_format"]!["enum"]!.AsArray())
        {
            foreach (JsonNode? dtype in properties["dtype"]!["enum"]!.AsArray())
            {
                JsonNode request = example.DeepClone();
                request["tensor_format"] = form!.DeepClone();
                request["dtype"] = dtype!.DeepClone();
                (HttpStatusCode status, JsonNode answer) = await PostAsync($"/v1/{name}", request);
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.Empty(new SchemaCheck(document).Errors(answer, schema));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Differentiable))]
    public async Task Every_gradient_check_takes_the_example_and_answers_as_documented(string name)
    {
        JsonNode document = await DocumentAsync();
        JsonNode operation = document["paths"]![$"/v1/gradcheck/{name}"]!["post"]!;
        (HttpStatusCode status, JsonNode answer) = await PostAsync($"/v1/gradcheck/{name}", operation["requestBody"]!["content"]!["application/json"]!["example"]!);
        Assert.Equal(HttpStatusCode.OK, status);
        JsonNode schema = operation["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;
        Assert.Empty(new SchemaCheck(document).Errors(answer, schema));
        Assert.Empty(Undocumented(answer, new SchemaCheck(document).Resolve(schema)));
    }

    [Theory]
    [InlineData("/v1/operations", "/v1/operations")]
    [InlineData("/v1/operations/losses/cross-entropy", "/v1/operations/{family}/{operation}")]
    [InlineData("/health/live", "/health/live")]
    [InlineData("/health/ready", "/health/ready")]
    public async Task What_can_be_read_answers_the_documented_example(string address, string path)
    {
        JsonNode document = await DocumentAsync();
        JsonNode documented = document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!;
        JsonNode answer = JsonNode.Parse(await service.Client.GetStringAsync(address, TestContext.Current.CancellationToken))!;
        Assert.Empty(new SchemaCheck(document).Errors(answer, documented["schema"]!));
        Assert.True(JsonNode.DeepEquals(answer, documented["example"]));
    }

    [Theory]
    [InlineData("{\"logits\": ", "application/json", 400, "BadRequest")]
    [InlineData("{}", "text/plain", 415, "UnsupportedMediaType")]
    [InlineData("{\"logits\": [[1, 2]], \"labels\": [12]}", "application/json", 422, "UnprocessableContent")]
    public async Task A_problem_has_the_documented_form(string body, string type, int status, string response)
    {
        JsonNode document = await DocumentAsync();
        JsonNode documented = document["components"]!["responses"]![response]!["content"]!["application/problem+json"]!;
        using HttpResponseMessage answer = await service.Client.PostAsync(
            "/v1/losses/cross-entropy", new StringContent(body, Encoding.UTF8, type), TestContext.Current.CancellationToken);
        JsonNode problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Empty(new SchemaCheck(document).Errors(problem, documented["schema"]!));
        foreach (string member in (string[])["type", "title", "status"])
        {
            Assert.Equal(problem[member]!.ToJsonString(), documented["example"]![member]!.ToJsonString());
        }
    }

    [Fact]
    public async Task Every_example_in_the_document_fits_its_schema()
    {
        JsonNode document = await DocumentAsync();
        var check = new SchemaCheck(document);
        var described = new List<(string Path, JsonNode Schema, JsonNode Example)>();
        Collect(document, "#", described);
        Assert.NotEmpty(described);
        Assert.Empty(described.SelectMany(found => check.Errors(found.Example, found.Schema).Select(error => $"{found.Path}: {error}")));
    }

    [Fact]
    public async Task Every_route_is_documented_and_every_documented_route_is_there()
    {
        JsonNode document = await DocumentAsync();
        string[] documented = [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => $"{method.Key.ToUpperInvariant()} {path.Key}"))];
        using var factory = new WebApplicationFactory<Program>();
        string[] mapped =
        [
            .. factory.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Except(["HEAD"])
                    .Select(method => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}")),
        ];
        Assert.All(mapped, route => Assert.Contains(documented, other => AreAlike(route, other)));
        Assert.All(documented, route => Assert.Contains(mapped, other => AreAlike(route, other)));
    }

    private static bool AreAlike(string one, string other)
    {
        string[] first = one.Split('/', ' ');
        string[] second = other.Split('/', ' ');
        return first.Length == second.Length
            && first.Zip(second).All(pair => pair.First == pair.Second || pair.First.StartsWith('{') || pair.Second.StartsWith('{'));
    }

    private static void Collect(JsonNode? node, string path, List<(string Path, JsonNode Schema, JsonNode Example)> found)
    {
        if (node is JsonObject members)
        {
            if (members["schema"] is JsonObject schema && members["example"] is { } example)
            {
                found.Add((path, schema, example));
            }

            if (members["examples"] is JsonArray examples)
            {
                found.AddRange(examples.Select(item => (path, (JsonNode)members, item!)));
            }

            foreach ((string name, JsonNode? member) in members.Where(member => member.Key is not ("example" or "examples")))
            {
                Collect(member, $"{path}/{name}", found);
            }
        }
        else if (node is JsonArray items)
        {
            for (int i = 0; i < items.Count; i++)
            {
                Collect(items[i], $"{path}/{i}", found);
            }
        }
    }

    private static IEnumerable<string> Undocumented(JsonNode answer, JsonNode schema) =>
        answer.AsObject().Select(member => member.Key).Where(name => schema["properties"]![name] is null);

    private async Task<JsonNode> DocumentAsync() =>
        JsonNode.Parse(await service.Client.GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken))!;

    private async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(string path, JsonNode body)
    {
        using HttpResponseMessage response = await service.Client.PostJsonAsync(path, body.ToJsonString());
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }
}
