using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Operations;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>Documents <c>GET /v1/operations</c> and its entries, with the names that there are and real answers as examples.</summary>
internal sealed class CatalogueDocument(OperationCatalog catalog, ExampleAnswers answers) : IDocumentFilter
{
    private const string List = "/v1/operations";
    private const string Entry = "/v1/operations/{family}/{operation}";

    private readonly Fragment _fragment = Fragment.Read("catalogue");

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        _fragment.AddTo(swaggerDoc);
        Answer(swaggerDoc, List).Example = new JsonObject
        {
            ["operations"] = new JsonArray([.. catalog.All.Select(operation => (JsonNode)OperationDescription.Summary(operation))]),
        };

        Operation first = catalog.All[0];
        JsonObject entry = OperationDescription.Whole(first);
        entry["example"] = new JsonObject { ["request"] = JsonNode.Parse(first.Example), ["response"] = answers.To(first) };
        Answer(swaggerDoc, Entry).Example = entry;
        Choose(swaggerDoc, "family", catalog.All.Select(operation => operation.Family).Distinct());
        Choose(swaggerDoc, "operation", catalog.All.Select(operation => operation.Name[(operation.Family.Length + 1)..]).Distinct());
    }

    private static OpenApiOperation Get(OpenApiDocument document, string path) => document.Paths[path].Operations![HttpMethod.Get];

    private static OpenApiMediaType Answer(OpenApiDocument document, string path) =>
        (OpenApiMediaType)Get(document, path).Responses!["200"].Content!["application/json"];

    private static void Choose(OpenApiDocument document, string name, IEnumerable<string> values)
    {
        var parameter = (OpenApiParameter)Get(document, Entry).Parameters!.Single(parameter => parameter.Name == name);
        var schema = (OpenApiSchema)parameter.Schema!;
        schema.Enum = [.. values.Select(value => (JsonNode)value)];
        parameter.Example = schema.Enum[0].DeepClone();
    }
}
