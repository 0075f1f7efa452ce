using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.OpenApi;

/// <summary>The document without its prose: routes, bodies, members, types, defaults and ranges, one a line.</summary>
internal static class Surface
{
    public static string Outline(JsonNode document)
    {
        var text = new StringBuilder();
        foreach ((string path, JsonNode? item) in document["paths"]!.AsObject().OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            foreach ((string method, JsonNode? operation) in item!.AsObject())
            {
                text.Append($"{method.ToUpperInvariant()} {path} [{string.Join(", ", operation!["tags"]!.AsArray())}] {operation["operationId"]}\n");
                Route(text, operation);
            }
        }

        foreach ((string name, JsonNode? schema) in document["components"]!["schemas"]!.AsObject().OrderBy(schema => schema.Key, StringComparer.Ordinal))
        {
            text.Append($"\n{name}: {Type(schema!)}\n");
            Members(text, schema!, "    ");
        }

        return text.ToString();
    }

    private static void Route(StringBuilder text, JsonNode operation)
    {
        foreach (JsonNode? parameter in operation["parameters"]?.AsArray() ?? [])
        {
            text.Append($"    parameter {(string?)parameter!["name"] ?? Name(parameter)}{(parameter["schema"] is { } schema ? $": {Type(schema)}" : string.Empty)}\n");
        }

        foreach ((string type, JsonNode? media) in operation["requestBody"]?["content"]?.AsObject() ?? [])
        {
            text.Append($"    body {type}: {Type(media!["schema"]!)}\n");
        }

        foreach ((string status, JsonNode? response) in operation["responses"]!.AsObject())
        {
            string content = response!["content"] is JsonObject media
                ? string.Join(" | ", media.Select(form => $"{form.Key}: {Type(form.Value!["schema"]!)}"))
                : Name(response);
            text.Append($"    {status} {content}\n");
        }
    }

    private static void Members(StringBuilder text, JsonNode schema, string indent)
    {
        string[] required = [.. schema["required"]?.AsArray().Select(name => (string)name!) ?? []];
        foreach ((string name, JsonNode? member) in schema["properties"]?.AsObject() ?? [])
        {
            string fallback = member!["default"] is { } value ? $" = {value.ToJsonString()}" : string.Empty;
            text.Append($"{indent}{name}{(required.Contains(name) ? " (required)" : string.Empty)}: {Type(member)}{fallback}\n");
            Members(text, member["items"] ?? member, indent + "    ");
        }
    }

    private static string Type(JsonNode schema)
    {
        if (schema["$ref"] is not null)
        {
            return Name(schema);
        }

        if (schema["enum"] is JsonArray values)
        {
            return string.Join(" | ", values.Select(value => value!.ToJsonString()));
        }

        if (schema["oneOf"] is JsonArray forms)
        {
            return string.Join(" | ", forms.Select(form => Type(form!)));
        }

        string type = schema["type"] switch
        {
            JsonArray types => string.Join(" or ", types.Select(each => (string)each!).Order(StringComparer.Ordinal)),
            { } single => (string)single!,
            null => "any",
        };
        string items = schema["items"] is { } item ? $" of ({Type(item)})" : string.Empty;
        string format = schema["format"] is { } known ? $" {known}" : string.Empty;
        string named = schema["additionalProperties"] is { } additional
            ? additional is JsonObject ? $" of ({Type(additional)}) by name" : (bool)additional ? string.Empty : ", closed"
            : string.Empty;
        string range = Bound(schema, "minimum", ">=") + Bound(schema, "exclusiveMinimum", ">") + Bound(schema, "maximum", "<=") + Bound(schema, "exclusiveMaximum", "<");
        return type + format + items + named + range;
    }

    private static string Bound(JsonNode schema, string keyword, string sign) => schema[keyword] is { } bound ? $" {sign} {bound.ToJsonString()}" : string.Empty;

    private static string Name(JsonNode reference) => ((string)reference["$ref"]!).Split('/')[^1];
}
