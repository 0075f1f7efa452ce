using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Catalog;

namespace GradService.InferenceProtocol;

/// <summary>
/// The metadata of an operation as a model. The protocol gives each tensor one datatype and one shape; an operation's tensors are more
/// liberal, so these are the principal datatype and the rank where it is fixed, else [-1], and <c>parameters</c> says the whole.
/// </summary>
/// <remarks>Source: Open Inference Protocol, "Model Metadata Response JSON Object".</remarks>
internal static class OperationMetadata
{
    public static JsonObject Of(Operation operation)
    {
        JsonObject whole = OperationDescription.Whole(operation);
        return new JsonObject
        {
            ["name"] = operation.Model,
            ["versions"] = new JsonArray("1"),
            ["platform"] = "gradservice_operation",
            ["inputs"] = Tensors(whole, "inputs"),
            ["outputs"] = Tensors(whole, "outputs"),
            ["parameters"] = new JsonObject
            {
                ["operation"] = operation.Name,
                ["summary"] = whole["summary"]!.DeepClone(),
                ["documentation"] = $"/v1/operations/{operation.Name}",
                ["request_parameters"] = new JsonArray(
                    [.. whole["parameters"]!.AsArray().Where(entry => (string?)entry!["name"] != OperationParameters.TensorFormat).Select(entry => entry!.DeepClone())]),
            },
        };
    }

    /// <summary>A documented shape as the protocol has it: -1 for each axis of any length, [-1] where the number of axes varies.</summary>
    /// <param name="documented">The shape as documented: <c>[B, 2]</c>.</param>
    public static int[] Shape(string documented)
    {
        bool one = documented is ['[', .., ']'] && !documented.Contains("..", StringComparison.Ordinal) && documented.IndexOf(']', StringComparison.Ordinal) == documented.Length - 1;
        if (!one)
        {
            return [-1];
        }

        return
        [
            .. documented[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(axis => int.TryParse(axis, NumberStyles.None, CultureInfo.InvariantCulture, out int length) ? length : -1),
        ];
    }

    private static JsonArray Tensors(JsonObject whole, string kind) => [.. whole[kind]!.AsArray().Select(entry => Tensor(entry!.AsObject()))];

    private static JsonObject Tensor(JsonObject entry)
    {
        bool isInput = entry.ContainsKey("required");
        var parameters = new JsonObject
        {
            ["shape"] = entry["shape"]!.DeepClone(),
            ["datatypes"] = entry["datatypes"]!.DeepClone(),
            ["optional"] = !(bool)entry[isInput ? "required" : "always"]!,
            ["description"] = entry["description"]!.DeepClone(),
        };
        if (isInput)
        {
            parameters["differentiable"] = entry["differentiable"]!.DeepClone();
        }

        return new JsonObject
        {
            ["name"] = entry["name"]!.DeepClone(),
            ["datatype"] = entry["datatypes"]![0]!.DeepClone(),
            ["shape"] = new JsonArray([.. Shape((string)entry["shape"]!).Select(axis => (JsonNode)axis)]),
            ["parameters"] = parameters,
        };
    }
}
