using System.Text.Json.Nodes;

namespace GradService.Tests.OpenApi;

/// <summary>Checks JSON against the schemas of an OpenAPI 3.1 document: the keywords that our document uses, and an error for any other.</summary>
internal sealed class SchemaCheck(JsonNode document)
{
    private static readonly HashSet<string> Annotations =
        ["description", "title", "examples", "default", "format", "contentEncoding", "contentMediaType"];

    /// <summary>What is wrong, each with its JSON path; empty when the value fits.</summary>
    public IReadOnlyList<string> Errors(JsonNode? value, JsonNode schema)
    {
        var errors = new List<string>();
        Check(value, schema, "$", errors);
        return errors;
    }

    /// <summary>What a reference points to.</summary>
    public JsonNode Resolve(JsonNode node)
    {
        if ((string?)node["$ref"] is not { } reference)
        {
            return node;
        }

        JsonNode? found = document;
        foreach (string name in reference.TrimStart('#', '/').Split('/'))
        {
            found = found?[name];
        }

        return found ?? throw new InvalidOperationException($"{reference} leads nowhere.");
    }

    private void Check(JsonNode? value, JsonNode schema, string path, List<string> errors)
    {
        foreach ((string keyword, JsonNode? rule) in schema.AsObject())
        {
            switch (keyword)
            {
                case "$ref":
                    Check(value, Resolve(schema), path, errors);
                    break;
                case "type" when !Types(rule!).Any(type => Is(value, type)):
                    errors.Add($"{path} is {value?.GetValueKind().ToString() ?? "null"}, not {rule}");
                    break;
                case "enum" when !rule!.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)):
                    errors.Add($"{path} is {value?.ToJsonString()}, not one of {rule.ToJsonString()}");
                    break;
                case "oneOf":
                    int fits = rule!.AsArray().Count(option => Errors(value, option!).Count == 0);
                    if (fits != 1)
                    {
                        errors.Add($"{path} fits {fits} of the forms, not one");
                    }

                    break;
                case "required" when value is JsonObject:
                    errors.AddRange(rule!.AsArray().Where(name => value[(string)name!] is null && !value.AsObject().ContainsKey((string)name!)).Select(name => $"{path}.{name} is missing"));
                    break;
                case "properties" when value is JsonObject members:
                    foreach ((string name, JsonNode? member) in members.Where(member => rule![member.Key] is not null))
                    {
                        Check(member, rule![name]!, $"{path}.{name}", errors);
                    }

                    break;
                case "additionalProperties" when value is JsonObject members:
                    foreach ((string name, JsonNode? member) in members.Where(member => schema["properties"]?[member.Key] is null))
                    {
                        Additional(member, rule!, $"{path}.{name}", errors);
                    }

                    break;
                case "items" when value is JsonArray items:
                    for (int i = 0; i < items.Count; i++)
                    {
                        Check(items[i], rule!, $"{path}[{i}]", errors);
                    }

                    break;
                case "uniqueItems" when value is JsonArray items && items.Select(item => item?.ToJsonString()).Distinct().Count() != items.Count:
                    errors.Add($"{path} has an item twice");
                    break;
                case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" when Is(value, "number"):
                    Bound((double)value!, keyword, (double)rule!, path, errors);
                    break;
                case "type" or "enum" or "required" or "properties" or "additionalProperties" or "items" or "uniqueItems":
                case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum":
                case var known when Annotations.Contains(known):
                    break;
                default:
                    throw new NotSupportedException($"The keyword {keyword} is not checked.");
            }
        }
    }

    private void Additional(JsonNode? member, JsonNode rule, string path, List<string> errors)
    {
        if (rule is JsonObject)
        {
            Check(member, rule, path, errors);
        }
        else if (!(bool)rule)
        {
            errors.Add($"{path} is not a documented member");
        }
    }

    private static void Bound(double value, string keyword, double bound, string path, List<string> errors)
    {
        bool within = keyword switch
        {
            "minimum" => value >= bound,
            "maximum" => value <= bound,
            "exclusiveMinimum" => value > bound,
            _ => value < bound,
        };
        if (!within)
        {
            errors.Add($"{path} is {value}, outside {keyword} {bound}");
        }
    }

    private static IEnumerable<string> Types(JsonNode rule) => rule is JsonArray types ? types.Select(type => (string)type!) : [(string)rule!];

    private static bool Is(JsonNode? value, string type) => (value?.GetValueKind() ?? System.Text.Json.JsonValueKind.Null, type) switch
    {
        (System.Text.Json.JsonValueKind.Null, "null") => true,
        (System.Text.Json.JsonValueKind.Object, "object") => true,
        (System.Text.Json.JsonValueKind.Array, "array") => true,
        (System.Text.Json.JsonValueKind.String, "string") => true,
        (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False, "boolean") => true,
        (System.Text.Json.JsonValueKind.Number, "number") => true,
        (System.Text.Json.JsonValueKind.Number, "integer") => double.IsInteger((double)value!),
        _ => false,
    };
}
