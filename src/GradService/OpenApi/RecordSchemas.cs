using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Catalog;
using Microsoft.OpenApi;

namespace GradService.OpenApi;

/// <summary>The schemas of an operation's request and response, read off its signature.</summary>
internal static class RecordSchemas
{
    /// <summary>The request: every input and parameter; nothing else is accepted.</summary>
    public static OpenApiSchema Request(Operation operation, OpenApiDocument document)
    {
        Signature signature = operation.Signature;
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = XmlDocumentation.Of(operation.RequestType).Summary,
            Properties = new Dictionary<string, IOpenApiSchema>(),
            Required = new HashSet<string>(),
            AdditionalPropertiesAllowed = false,
        };
        foreach (InputMember input in signature.Inputs)
        {
            schema.Properties.Add(input.Name, document.Schema("Tensor", MemberProse.Of(input, signature)));
        }

        foreach (ParameterMember parameter in signature.Parameters)
        {
            schema.Properties.Add(parameter.Name, Parameter(parameter, signature));
        }

        schema.Required.UnionWith(signature.Inputs.Where(input => input.IsRequired).Select(input => input.Name));
        schema.Required.UnionWith(signature.Parameters.Where(parameter => parameter.IsRequired).Select(parameter => parameter.Name));
        return schema;
    }

    /// <summary>The response: its members, of which those that may be null are left out when they are, and the warnings.</summary>
    public static OpenApiSchema Response(Operation operation, OpenApiDocument document)
    {
        IReadOnlyList<OutputMember> outputs = operation.Signature.Outputs;
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = XmlDocumentation.Of(operation.ResponseType).Summary,
            Properties = new Dictionary<string, IOpenApiSchema>(),
            Required = new HashSet<string>(outputs.Where(output => output.IsRequired).Select(output => output.Name)),
        };
        foreach (OutputMember output in outputs)
        {
            schema.Properties.Add(output.Name, Output(output, document));
        }

        schema.Properties.Add("warnings", document.Schema("Warnings"));
        return schema;
    }

    private static OpenApiSchema Parameter(ParameterMember parameter, Signature signature)
    {
        if (parameter.ValueType == typeof(Steps))
        {
            return StepsOf(parameter);
        }

        (JsonSchemaType type, string? format) = Scalar(parameter.ValueType);
        var schema = new OpenApiSchema
        {
            Type = type,
            Format = format,
            Description = MemberProse.Of(parameter),
            Default = parameter.Default?.DeepClone(),
            Enum = parameter.Values?.Select(value => (JsonNode)value).ToList(),
        };
        if (type == JsonSchemaType.Array)
        {
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String, Enum = Names(parameter, signature) };
            schema.UniqueItems = schema.Items.Enum is not null ? true : null;
        }

        if (parameter.Range is { } range)
        {
            string? minimum = Bound(range.Minimum);
            string? maximum = Bound(range.Maximum);
            schema.Minimum = range.MinimumIsExclusive ? null : minimum;
            schema.ExclusiveMinimum = range.MinimumIsExclusive ? minimum : null;
            schema.Maximum = range.MaximumIsExclusive ? null : maximum;
            schema.ExclusiveMaximum = range.MaximumIsExclusive ? maximum : null;
        }

        return schema;
    }

    private static OpenApiSchema StepsOf(ParameterMember parameter)
    {
        OpenApiSchema Integer() => new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = parameter.Range is { } range ? Bound(range.Minimum) : null };
        var schema = new OpenApiSchema
        {
            Description = MemberProse.Of(parameter),
            Default = parameter.Default?.DeepClone(),
            OneOf = [Integer(), new OpenApiSchema { Type = JsonSchemaType.Array, Items = Integer() }],
        };
        if (parameter.Values is { } words)
        {
            schema.OneOf.Add(new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)word)] });
        }

        return schema;
    }

    private static IOpenApiSchema Output(OutputMember output, OpenApiDocument document)
    {
        if (output.IsTensor)
        {
            return document.Schema("Tensor", MemberProse.Of(output));
        }

        if (output.IsList)
        {
            return new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = output.Description,
                Items = new OpenApiSchema { Type = JsonSchemaType.String },
            };
        }

        (JsonSchemaType type, string? format) = Scalar(output.ValueType);
        return type == JsonSchemaType.Number
            ? document.Schema("Number", output.Description)
            : new OpenApiSchema { Type = type, Format = format, Description = output.Description };
    }

    private static (JsonSchemaType Type, string? Format) Scalar(Type type) => type switch
    {
        _ when type == typeof(bool) => (JsonSchemaType.Boolean, null),
        _ when type == typeof(int) => (JsonSchemaType.Integer, "int32"),
        _ when type == typeof(long) => (JsonSchemaType.Integer, "int64"),
        _ when type == typeof(double) => (JsonSchemaType.Number, "double"),
        _ when type == typeof(string) || type.IsEnum => (JsonSchemaType.String, null),
        _ => (JsonSchemaType.Array, null),
    };

    // The one list whose values are known beforehand: the names of the inputs with a gradient.
    private static List<JsonNode>? Names(ParameterMember parameter, Signature signature) =>
        parameter.Property.Name == nameof(DifferentiableRequest.Gradients) && signature.Differentiable.Count > 0
            ? [.. signature.Differentiable.Select(input => (JsonNode)input.Name)]
            : null;

    // A range that is open at one end is written with its type's extreme value there.
    private static string? Bound(object bound)
    {
        bool open = bound is int.MaxValue or int.MinValue or double.MaxValue or double.MinValue || bound is double number && !double.IsFinite(number);
        return open ? null : Convert.ToString(bound, CultureInfo.InvariantCulture);
    }
}
