using System.Text.Json.Nodes;

namespace GradService.Tests.OpenApi;

public sealed class SchemaCheckTests
{
    private static readonly JsonNode Schema = JsonNode.Parse("""
        {
          "type": "object",
          "required": ["a"],
          "additionalProperties": false,
          "properties": {
            "a": { "type": "integer", "exclusiveMinimum": 0 },
            "b": { "oneOf": [{ "type": "number" }, { "enum": ["NaN"] }] },
            "c": { "type": "array", "items": { "type": "string" }, "uniqueItems": true }
          }
        }
        """)!;

    [Theory]
    [InlineData("""{ "a": 1 }""", 0)]
    [InlineData("""{ "a": 1, "b": "NaN", "c": ["x", "y"] }""", 0)]
    [InlineData("""{ }""", 1)]
    [InlineData("""{ "a": 0 }""", 1)]
    [InlineData("""{ "a": 1.5 }""", 1)]
    [InlineData("""{ "a": 1, "b": "none" }""", 1)]
    [InlineData("""{ "a": 1, "c": ["x", "x"] }""", 1)]
    [InlineData("""{ "a": 1, "c": [1, 2] }""", 2)]
    [InlineData("""{ "a": 1, "d": 1 }""", 1)]
    [InlineData("[]", 1)]
    public void What_does_not_fit_is_found(string value, int errors) =>
        Assert.Equal(errors, new SchemaCheck(new JsonObject()).Errors(JsonNode.Parse(value), Schema).Count);

    [Fact]
    public void An_unknown_keyword_is_not_passed_over() =>
        Assert.Throws<NotSupportedException>(() => new SchemaCheck(new JsonObject()).Errors(1, new JsonObject { ["multipleOf"] = 2 }));
}
