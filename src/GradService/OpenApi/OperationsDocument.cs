using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Operations;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>Documents <c>POST /v1/{family}/{operation}</c> for every operation of the catalogue, from its signature and doc comments.</summary>
internal sealed class OperationsDocument(OperationCatalog catalog, ExampleAnswers answers) : IDocumentFilter
{
    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Tags ??= new HashSet<OpenApiTag>();
        foreach (IGrouping<string, Operation> family in catalog.All.GroupBy(operation => operation.Family))
        {
            swaggerDoc.Tags.Add(new OpenApiTag { Name = family.Key, Description = Families.Describe(family.Key, family) });
        }

        foreach (Operation operation in catalog.All)
        {
            swaggerDoc.AddSchema(operation.RequestType.Name, RecordSchemas.Request(operation, swaggerDoc));
            swaggerDoc.AddSchema(operation.ResponseType.Name, RecordSchemas.Response(operation, swaggerDoc));
            swaggerDoc.Paths.Add($"/v1/{operation.Name}", new OpenApiPathItem
            {
                Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = Post(operation, swaggerDoc) },
            });
        }
    }

    /// <summary>The body of an operation: its request record, with the example that runs.</summary>
    public static OpenApiRequestBody Body(Operation operation, OpenApiDocument document) => new()
    {
        Required = true,
        Description = XmlDocumentation.Of(operation.RequestType).Summary,
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType
            {
                Schema = document.Schema(operation.RequestType.Name),
                Example = JsonNode.Parse(operation.Example),
            },
        },
    };

    private OpenApiOperation Post(Operation operation, OpenApiDocument document) => new()
    {
        Tags = new HashSet<OpenApiTagReference> { new(operation.Family, document) },
        OperationId = OperationProse.Identifier(operation.Name),
        Summary = OperationProse.Title(operation),
        Description = OperationProse.Description(operation),
        RequestBody = Body(operation, document),
        Responses = Responses(operation, document),
    };

    private OpenApiResponses Responses(Operation operation, OpenApiDocument document)
    {
        var content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType
            {
                Schema = document.Schema(operation.ResponseType.Name),
                Example = answers.To(operation),
            },
        };
        var responses = new OpenApiResponses
        {
            ["200"] = new OpenApiResponse { Description = XmlDocumentation.Of(operation.ResponseType).Summary, Content = content },
        };
        if (operation is IPictured pictured)
        {
            foreach (string mediaType in pictured.PictureTypes)
            {
                content[mediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Description = "The answer as a picture, when Accept asks for it." } };
            }

            responses["406"] = new OpenApiResponseReference("NotAcceptable", document);
        }

        return responses.WithProblems(document);
    }
}
