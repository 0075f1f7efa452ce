using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Onnx.Running;

namespace GradService.InferenceProtocol;

/// <summary>The metadata of an exported model: what its file tells of itself, and what it runs on here.</summary>
/// <remarks>Source: Open Inference Protocol, "Model Metadata Response JSON Object"; Triton's name of the platform.</remarks>
internal static class OnnxMetadata
{
    public static JsonObject Of(OnnxModel model, IReadOnlyList<string> versions)
    {
        ModelDescription description = model.Description;
        var parameters = new JsonObject
        {
            ["description"] = model.Manifest?.Description ?? description.Description,
            ["producer"] = description.Producer,
            ["graph"] = description.Graph,
            ["provider"] = description.Provider.ToString().ToLowerInvariant(),
            ["properties"] = new JsonObject(description.Properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)property.Value))),
        };
        if (description.FallbackReason is { } reason)
        {
            parameters["fallback_reason"] = reason;
        }

        if (model.Manifest?.Licence is { } licence)
        {
            parameters["licence"] = licence;
        }

        if (model.Manifest?.ClassNames is { } names)
        {
            parameters["class_names"] = new JsonArray([.. names.Select(name => (JsonNode)name)]);
        }

        return new JsonObject
        {
            ["name"] = model.Name,
            ["versions"] = new JsonArray([.. versions.Select(version => (JsonNode)version)]),
            ["platform"] = "onnxruntime_onnx",
            ["inputs"] = new JsonArray([.. description.Inputs.Select(Tensor)]),
            ["outputs"] = new JsonArray([.. description.Outputs.Select(Tensor)]),
            ["parameters"] = parameters,
        };
    }

    /// <summary>The shape as people write it, its open axes by their names: <c>[batch, 3, height, width]</c>.</summary>
    public static string Shape(TensorSpec spec) => spec is { Dimensions: { } lengths, Symbols: { } symbols }
        ? $"[{string.Join(", ", lengths.Select((length, axis) => length >= 0 ? length.ToString(CultureInfo.InvariantCulture) : symbols[axis] ?? "?"))}]"
        : "[..]";

    private static JsonNode Tensor(TensorSpec spec) => new JsonObject
    {
        ["name"] = spec.Name,
        ["datatype"] = spec.Datatype.ToString(),
        ["shape"] = new JsonArray([.. (spec.Dimensions ?? [-1]).Select(length => (JsonNode)length)]),
        ["parameters"] = new JsonObject { ["shape"] = Shape(spec) },
    };
}
