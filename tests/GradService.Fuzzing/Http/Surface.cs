using System.Globalization;
using System.Text.Json.Nodes;

namespace GradService.Fuzzing.Http;

/// <summary>One thing that the OpenAPI document says can be asked for.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">The address, with its parameters in braces.</param>
/// <param name="Types">The media types that the body may be of; none for no body.</param>
/// <param name="Example">A JSON body that is answered with 200; null for none.</param>
/// <param name="Model">The model that an infer request with this body is for; null for any other request.</param>
internal sealed record Entry(string Method, string Path, IReadOnlyList<string> Types, JsonNode? Example, string? Model = null);

/// <summary>The whole HTTP surface of a running service, read off its OpenAPI document and the metadata of its models.</summary>
internal sealed class Surface
{
    private Surface(IReadOnlyList<Entry> entries, IReadOnlyList<string> models)
    {
        Entries = entries;
        Models = models;
    }

    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>The names of all models of the Open Inference Protocol.</summary>
    public IReadOnlyList<string> Models { get; }

    /// <summary>Asks a service what there is.</summary>
    public static async Task<Surface> OfAsync(HttpClient client)
    {
        JsonNode document = await GetAsync(client, "/swagger/v1/swagger.json");
        var entries = new List<Entry>();
        foreach ((string path, JsonNode? methods) in document["paths"]!.AsObject())
        {
            foreach ((string method, JsonNode? operation) in methods!.AsObject().Where(member => member.Key is "get" or "post"))
            {
                JsonObject content = operation!["requestBody"]?["content"]?.AsObject() ?? [];
                JsonNode? example = content["application/json"]?["example"];
                entries.Add(new Entry(method.ToUpperInvariant(), path, [.. content.Select(type => type.Key)], example?.DeepClone()));
            }
        }

        string[] models = [.. (await GetAsync(client, "/v2/models"))["models"]!.AsArray().Select(Name)];
        foreach (Entry entry in entries.Where(entry => entry.Example is not null && models.Contains(ModelOf(entry.Path))).ToArray())
        {
            string model = ModelOf(entry.Path);
            JsonNode metadata = await GetAsync(client, $"/v2/models/{model}");
            entries.Add(new Entry("POST", $"/v2/models/{model}/infer", ["application/json", "application/octet-stream"], Infer(entry.Example!.AsObject(), metadata), model));
        }

        return new Surface(entries, models);
    }

    private static string Name(JsonNode? model) => model is JsonObject described ? (string)described["name"]! : (string)model!;

    private static string ModelOf(string path) => path.Replace("/v1/", string.Empty, StringComparison.Ordinal).Replace('/', '.').Replace('-', '_');

    private static async Task<JsonNode> GetAsync(HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(path))!;

    // The same request through the other door: tensors as inputs, the rest as parameters.
    private static JsonObject Infer(JsonObject body, JsonNode metadata)
    {
        Dictionary<string, string> inputs = metadata["inputs"]!.AsArray().ToDictionary(input => (string)input!["name"]!, input => (string)input!["datatype"]!);
        var tensors = new JsonArray();
        var parameters = new JsonObject();
        foreach ((string name, JsonNode? value) in body)
        {
            if (inputs.TryGetValue(name, out string? datatype) && Dense(value) is { } tensor)
            {
                tensors.Add(new JsonObject
                {
                    ["name"] = name,
                    ["datatype"] = datatype,
                    ["shape"] = new JsonArray([.. tensor.Shape.Select(length => (JsonNode)length)]),
                    ["data"] = new JsonArray([.. tensor.Values.Select(number => number!.DeepClone())]),
                });
            }
            else if (value is JsonValue)
            {
                parameters[name] = value.DeepClone();
            }
        }

        return new JsonObject { ["id"] = "fuzz", ["inputs"] = tensors, ["parameters"] = parameters };
    }

    private static (List<int> Shape, List<JsonNode?> Values)? Dense(JsonNode? value)
    {
        var shape = new List<int>();
        for (JsonNode? node = value; node is JsonArray array; node = array.FirstOrDefault())
        {
            shape.Add(array.Count);
        }

        var values = new List<JsonNode?>();
        Collect(value, values);
        return values.Count == shape.Aggregate(1, (product, length) => product * length) && values.All(number => number is JsonValue plain && double.TryParse(plain.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            ? (shape, values)
            : null;
    }

    private static void Collect(JsonNode? node, List<JsonNode?> values)
    {
        if (node is JsonArray array)
        {
            foreach (JsonNode? inner in array)
            {
                Collect(inner, values);
            }
        }
        else
        {
            values.Add(node);
        }
    }
}
