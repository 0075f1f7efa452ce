using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Catalog;
using GradService.Hosting;
using GradService.Hosting.Access;
using GradService.Operations;

namespace GradService.Rest;

/// <summary><c>GET /v1/operations</c>: what there is, and for each operation all there is to know of it.</summary>
internal static class CatalogueEndpoints
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapCatalogue(this WebApplication app, OperationCatalog catalog)
    {
        var list = new Lazy<string>(() => Text(new JsonObject
        {
            ["operations"] = new JsonArray([.. catalog.All.Select(operation => (JsonNode)OperationDescription.Summary(operation))]),
        }));
        var entries = new ConcurrentDictionary<string, string>();
        var limits = app.Services.GetRequiredService<Limits>();
        app.MapRead("/v1/operations", context => WriteAsync(context, list.Value)).WithMetadata(Needs.Nothing);
        foreach (Operation operation in catalog.All)
        {
            app.MapRead($"/v1/operations/{operation.Name}", context =>
                WriteAsync(context, entries.GetOrAdd(operation.Name, _ => Text(Entry(operation, limits))))).WithMetadata(Needs.Nothing);
        }
    }

    private static JsonObject Entry(Operation operation, Limits limits)
    {
        JsonObject entry = OperationDescription.Whole(operation);
        entry["example"] = new JsonObject
        {
            ["request"] = JsonNode.Parse(operation.Example),
            ["response"] = JsonNode.Parse(ExampleRun.Answer(operation, limits)),
        };
        return entry;
    }

    private static string Text(JsonObject node) => node.ToJsonString(Readable);

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
