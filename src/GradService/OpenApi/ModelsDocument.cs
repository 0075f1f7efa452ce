using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Models;
using GradService.Operations;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>Documents <c>/v1/models</c>. What <c>evaluate</c> takes is read off the request of <c>losses/cross-entropy</c>, whose parameters it has.</summary>
internal sealed class ModelsDocument(OperationCatalog catalog) : IDocumentFilter
{
    private const string Address = "/v1/models/{name}";

    // What the model's own model.json may say, so that no value can stand as the default.
    private static readonly HashSet<string> OfTheModel = [EvaluateMembers.IgnoreIndex, EvaluateMembers.From, EvaluateMembers.Gradients];

    private readonly Fragment _fragment = Fragment.Read("models");
    private readonly EvaluateMembers _members = new(catalog);

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        _fragment.AddTo(swaggerDoc);
        swaggerDoc.AddSchema("EvaluateRequest", Request(swaggerDoc));
        swaggerDoc.AddSchema("EvaluateForm", Form());
        swaggerDoc.Paths[$"{Address}/evaluate"].Operations![HttpMethod.Post].RequestBody = Body(swaggerDoc);
        foreach (string verb in (string[])["segment", "evaluate"])
        {
            swaggerDoc.Paths.Add($"{Address}/versions/{{version}}/{verb}", Pinned(swaggerDoc.Paths[$"{Address}/{verb}"].Operations![HttpMethod.Post], swaggerDoc));
        }
    }

    private static OpenApiPathItem Pinned(OpenApiOperation newest, OpenApiDocument document)
    {
        var pinned = new OpenApiOperation(newest)
        {
            OperationId = $"{newest.OperationId}WithVersion",
            Summary = $"{newest.Summary}, by one version",
            Parameters = [newest.Parameters![0], new OpenApiParameterReference("ExportedModelVersion", document), .. newest.Parameters.Skip(1)],
        };
        return new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = pinned } };
    }

    private static OpenApiRequestBody Body(OpenApiDocument document) => new()
    {
        Required = true,
        Description = "A labelled picture; as tensors, several of one size.",
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            [MultipartBody.MediaType] = new OpenApiMediaType { Schema = document.Schema("EvaluateForm") },
            [ModelAnswer.MediaType] = new OpenApiMediaType
            {
                Schema = document.Schema("EvaluateRequest"),
                Example = JsonNode.Parse("""{"image": [[[120, 130, 140], [60, 60, 60]]], "labels": [[0, 3]], "gradients": ["logits"]}"""),
            },
        },
    };

    private OpenApiSchema Request(OpenApiDocument document)
    {
        OpenApiSchema schema = RecordSchemas.Request(_members.Operation, document);
        var members = new Dictionary<string, IOpenApiSchema>
        {
            [EvaluateMembers.Image] = document.Schema("Tensor", "Shape `[H, W, 3]` or `[B, H, W, 3]`: red, green and blue of each pixel, whole numbers from 0 to 255."),
        };
        foreach ((string name, IOpenApiSchema member) in schema.Properties!.Where(member => member.Key != EvaluateMembers.Logits))
        {
            members.Add(name, member);
        }

        foreach (string name in OfTheModel)
        {
            ((OpenApiSchema)members[name]).Default = null;
        }

        members[EvaluateMembers.Gradients].Description = "`[\"logits\"]` answers `grad_logits`. Default: none.";
        members[EvaluateMembers.IgnoreIndex].Description += " Default: that of the model's `model.json`, or -100.";
        members[EvaluateMembers.From].Description += "\n\nDefault: what the model's `model.json` says its output is.";
        members[EvaluateMembers.ReturnLogits] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Default = false, Description = "Whether to answer the model's scores at the pictures' size, to post them on." };
        schema.Description = "Pictures and their labels as tensors, and how they become a loss.";
        schema.Properties = members;
        schema.Required = new HashSet<string> { EvaluateMembers.Image, EvaluateMembers.Labels };
        return schema;
    }

    private static OpenApiSchema Form() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "A picture and its labels as files, and how they become a loss.",
        Required = new HashSet<string> { EvaluateMembers.Image, EvaluateMembers.Labels },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            [EvaluateMembers.Image] = Binary("The picture, as PNG, JPEG or WebP."),
            [EvaluateMembers.Labels] = Binary("The class of each pixel: an index PNG, or an RGB PNG in the model's colours."),
            [EvaluateMembers.Parameters] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "The other members of `EvaluateRequest`, as one JSON object.",
                Examples = ["""{"reduction": "mean", "label_smoothing": 0, "gradients": []}"""],
            },
        },
        AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Any of these members as a field of its own: its JSON, or a word without quotes." },
    };

    private static OpenApiSchema Binary(string description) => new() { Type = JsonSchemaType.String, Format = "binary", Description = description };
}
