using Microsoft.OpenApi;

namespace GradService.OpenApi;

/// <summary>The document's shared schemas and responses, referred to by name.</summary>
internal static class Schemas
{
    /// <summary>Adds a schema that others refer to.</summary>
    /// <exception cref="InvalidOperationException">Another schema has the name; a tool would silently merge the two.</exception>
    public static void AddSchema(this OpenApiDocument document, string name, IOpenApiSchema schema)
    {
        if (document.Components?.Schemas?.ContainsKey(name) == true)
        {
            throw new InvalidOperationException($"Two schemas are named {name}; records must have unique names.");
        }

        document.AddComponent(name, schema);
    }

    /// <summary>A reference to a schema, with a description of its own where the schema plays a particular part.</summary>
    public static IOpenApiSchema Schema(this OpenApiDocument document, string name, string? description = null)
    {
        var reference = new OpenApiSchemaReference(name, document);
        if (description is not null)
        {
            reference.Description = description;
        }

        return reference;
    }

    /// <summary>The answers to a POST that went wrong, by status.</summary>
    public static OpenApiResponses WithProblems(this OpenApiResponses responses, OpenApiDocument document)
    {
        responses["400"] = new OpenApiResponseReference("BadRequest", document);
        responses["413"] = new OpenApiResponseReference("ContentTooLarge", document);
        responses["415"] = new OpenApiResponseReference("UnsupportedMediaType", document);
        responses["422"] = new OpenApiResponseReference("UnprocessableContent", document);
        responses["429"] = new OpenApiResponseReference("TooManyRequests", document);
        responses["503"] = new OpenApiResponseReference("ServiceUnavailable", document);
        responses["504"] = new OpenApiResponseReference("GatewayTimeout", document);
        return responses;
    }
}
