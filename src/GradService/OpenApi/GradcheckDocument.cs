using GradService.Catalog;
using GradService.Operations;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>Documents <c>POST /v1/gradcheck/{family}/{operation}</c> for every operation with gradients.</summary>
internal sealed class GradcheckDocument(OperationCatalog catalog, ExampleAnswers answers) : IDocumentFilter
{
    private readonly Fragment _fragment = Fragment.Read("gradcheck");

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        _fragment.AddTo(swaggerDoc);
        foreach (Operation operation in catalog.All.Where(operation => operation.HasGradients))
        {
            swaggerDoc.Paths.Add($"/v1/gradcheck/{operation.Name}", new OpenApiPathItem
            {
                Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = Post(operation, swaggerDoc) },
            });
        }
    }

    private OpenApiOperation Post(Operation operation, OpenApiDocument document)
    {
        string inputs = string.Join(" and ", operation.Signature.Differentiable.Select(input => $"`{input.Name}`"));
        return new OpenApiOperation
        {
            Tags = new HashSet<OpenApiTagReference> { new("gradcheck", document) },
            OperationId = OperationProse.Identifier($"gradcheck/{operation.Name}"),
            Summary = $"Checks the gradient of {operation.Name}",
            Description = $"""
                Runs [`{operation.Name}`](/v1/operations/{operation.Name}) on the body in FP64 and again with single elements of {inputs} moved to either side, and compares its
                gradient with the central finite differences. `gradients` chooses inputs; inputs of more than 10,000 elements are checked at a sample of positions drawn from a fixed seed.
                """,
            RequestBody = OperationsDocument.Body(operation, document),
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse
                {
                    Description = "The finding for each input, and the verdict.",
                    Content = new Dictionary<string, IOpenApiMediaType>
                    {
                        ["application/json"] = new OpenApiMediaType { Schema = document.Schema("GradientCheck"), Example = answers.ToCheck(operation) },
                    },
                },
            }.WithProblems(document),
        };
    }
}
