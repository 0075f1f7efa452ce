using System.Text.Json.Nodes;
using GradService.Wire;

namespace GradService.Catalog;

/// <summary>What the catalogue tells of an operation, put together from its signature and its doc comments.</summary>
internal static class OperationDescription
{
    public static JsonObject Summary(Operation operation) => new()
    {
        ["name"] = operation.Name,
        ["model"] = operation.Model,
        ["summary"] = XmlDocumentation.Of(operation.GetType()).Summary,
    };

    /// <summary>Everything but the example's response, which only running it can tell.</summary>
    public static JsonObject Whole(Operation operation)
    {
        XmlDocumentation prose = XmlDocumentation.Of(operation.GetType());
        JsonObject entry = Summary(operation);
        entry["description"] = prose.Remarks;
        entry["formula"] = new JsonObject(prose.Formulas.Select(formula => KeyValuePair.Create(formula.Name, (JsonNode?)formula.Text)));
        entry["derivation"] = List(prose.Derivation, step => new JsonObject { ["text"] = step.Text, ["latex"] = step.Latex });
        entry["inputs"] = List(operation.Signature.Inputs, input => new JsonObject
        {
            ["name"] = input.Name,
            ["datatypes"] = List(Datatypes(input.Kind), datatype => JsonValue.Create(datatype)),
            ["shape"] = input.Shape,
            ["description"] = input.Description,
            ["required"] = input.IsRequired,
            ["differentiable"] = input.Gradient is not null,
        });
        entry["parameters"] = List(operation.Signature.Parameters, Parameter);
        entry["outputs"] = List(operation.Signature.Outputs, output => new JsonObject
        {
            ["name"] = output.Name,
            ["datatypes"] = List(Datatypes(output), datatype => JsonValue.Create(datatype)),
            ["shape"] = output.Shape,
            ["description"] = output.Description,
            ["always"] = output.IsRequired,
        });
        if (operation is IPictured pictured)
        {
            entry["pictures"] = List(pictured.PictureTypes, type => JsonValue.Create(type));
        }

        entry["references"] = List(prose.References, reference => JsonValue.Create(reference));
        return entry;
    }

    /// <summary>The datatypes, by their names on the wire, that an input of a kind is read from.</summary>
    public static IReadOnlyList<string> Datatypes(TensorKind kind) => kind switch
    {
        TensorKind.Floating => ["FP32", "FP64", "FP16", "BF16"],
        TensorKind.Bool => ["BOOL"],
        TensorKind.Integer => ["INT32", "INT64", "INT8", "INT16", "UINT8", "UINT16", "UINT32", "UINT64"],
        _ => ["INT32", "INT64", "INT8", "INT16", "UINT8", "UINT16", "UINT32", "UINT64", "FP32", "FP64", "FP16", "BF16"],
    };

    /// <summary>The datatypes that an output has.</summary>
    public static IReadOnlyList<string> Datatypes(OutputMember output) => output switch
    {
        { IsTensor: true, Kind: TensorKind.Floating } => ["FP32", "FP64"],
        { IsTensor: true, Kind: TensorKind.Bool } => ["BOOL"],
        { IsTensor: true } => ["INT32", "INT64"],
        _ when output.ValueType == typeof(double) => ["FP64"],
        _ when output.ValueType == typeof(bool) => ["BOOL"],
        _ when output.ValueType == typeof(int) || output.ValueType == typeof(long) => ["INT64"],
        _ => ["BYTES"],
    };

    private static JsonObject Parameter(ParameterMember parameter)
    {
        var entry = new JsonObject
        {
            ["name"] = parameter.Name,
            ["type"] = parameter.Type,
            ["default"] = parameter.Default?.DeepClone(),
        };
        if (parameter.Range is { } range)
        {
            entry["minimum"] = Finite(Convert.ToDouble(range.Minimum, System.Globalization.CultureInfo.InvariantCulture));
            entry["maximum"] = Finite(Convert.ToDouble(range.Maximum, System.Globalization.CultureInfo.InvariantCulture));
            entry["minimum_exclusive"] = range.MinimumIsExclusive;
            entry["maximum_exclusive"] = range.MaximumIsExclusive;
        }

        if (parameter.Values is { } values)
        {
            entry["values"] = List(values, value => JsonValue.Create(value));
        }

        entry["description"] = parameter.Description;
        return entry;
    }

    // A range that is open on a side is written with the last number there is, or with infinity.
    private static JsonValue? Finite(double bound) => Math.Abs(bound) < double.MaxValue ? JsonValue.Create(bound) : null;

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> node) => [.. items.Select(node)];
}
