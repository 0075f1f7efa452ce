using System.Text.Json.Nodes;

namespace GradService.Tests.Catalog;

/// <summary>A parameter that is an integer, a list of integers or a word, through both doors.</summary>
public sealed class StepsTests(ServiceFixture service)
{
    [Theory]
    [InlineData("1", "[1, 1, 4, 5]")]
    [InlineData("[0, 1]", "[1, 1, 2, 5]")]
    [InlineData("[1, 0, 0, 2]", "[1, 1, 3, 5]")]
    [InlineData("\"same\"", "[1, 1, 3, 4]")]
    [InlineData("\"valid\"", "[1, 1, 2, 3]")]
    [InlineData("\"[0, 1]\"", "[1, 1, 2, 5]", true)]
    public async Task Every_form_is_read_at_both_doors(string padding, string shape, bool asText = false)
    {
        if (!asText)
        {
            JsonNode rest = await Post("/v1/similarity/cross-correlation", $$"""
                {"input": [[[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]]], "kernel": [[[[1, 2], [3, 4]]]], "padding": {{padding}}, "tensor_format": "flat"}
                """);
            Assert.Equal(shape, Text(rest["output"]!["shape"]!));
        }

        JsonNode inference = await Post("/v2/models/similarity.cross_correlation/infer", $$"""
            {
              "parameters": {"padding": {{padding}}},
              "inputs": [
                {"name": "input", "shape": [1, 1, 3, 4], "datatype": "FP32", "data": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]},
                {"name": "kernel", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [1, 2, 3, 4]}
              ]
            }
            """);
        Assert.Equal(shape, Text(inference["outputs"]![0]!["shape"]!));
    }

    [Theory]
    [InlineData("padding", "\"full\"", 422, "\"full\" was found; expected an integer or a list of integers, or \"same\" or \"valid\".")]
    [InlineData("stride", "\"same\"", 422, "\"same\" was found; expected an integer or a list of integers.")]
    [InlineData("stride", "[1, 1.5]", 400, "[1, 1.5] was found; expected an integer or a list of integers.")]
    [InlineData("stride", "null", 400, "null was found; expected an integer or a list of integers.")]
    [InlineData("dilation", "[1, 0]", 422, "0 was found; expected an integer from 1 to 2147483647.")]
    public async Task What_is_none_of_them_is_refused_with_what_is(string name, string value, int status, string message)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(
            "/v1/similarity/cross-correlation", $$"""{"input": [[[[1, 2]]]], "kernel": [[[[1]]]], "{{name}}": {{value}}}""");
        JsonNode problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(message, (string)problem["errors"]![name]![0]!);
    }

    [Fact]
    public async Task The_catalogue_names_their_types_and_words()
    {
        JsonNode entry = JsonNode.Parse(await service.Client.GetStringAsync("/v1/operations/similarity/cross-correlation", TestContext.Current.CancellationToken))!;
        JsonNode padding = entry["parameters"]!.AsArray().Single(parameter => (string)parameter!["name"]! == "padding")!;
        Assert.Equal("integer, array or string", (string)padding["type"]!);
        Assert.Equal(0, (int)padding["default"]!);
        Assert.Equal(["same", "valid"], padding["values"]!.AsArray().Select(value => (string)value!));
    }

    private static string Text(JsonNode shape) => $"[{string.Join(", ", shape.AsArray().Select(length => (int)length!))}]";

    private async Task<JsonNode> Post(string path, string body)
    {
        using HttpResponseMessage answer = await service.Client.PostJsonAsync(path, body);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
