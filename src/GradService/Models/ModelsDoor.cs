using GradService.Hosting;
using GradService.Hosting.Access;
using GradService.Hosting.Telemetry;
using GradService.Numerics.Tensors;
using GradService.Onnx;
using GradService.Onnx.Repository;
using GradService.Operations;

namespace GradService.Models;

/// <summary>Maps <c>/v1/models</c>: the exported models for people, each with <c>segment</c> and <c>evaluate</c>, the newest version or a pinned one.</summary>
internal static class ModelsDoor
{
    private static readonly string[] Addresses = [$"/v1/models/{{{ModelAddress.Name}}}", $"/v1/models/{{{ModelAddress.Name}}}/versions/{{{ModelAddress.Version}}}"];

    public static void MapModels(this WebApplication app)
    {
        var repository = app.Services.GetRequiredService<ModelRepository>();
        var catalog = app.Services.GetRequiredService<OperationCatalog>();
        var limits = app.Services.GetRequiredService<Limits>();
        var budget = app.Services.GetRequiredService<MemoryBudget>();
        var listing = new ModelListing(repository, app.Services.GetRequiredService<OnnxOptions>());
        var segment = new SegmentEndpoint(repository, limits, budget);
        var evaluate = new EvaluateEndpoint(repository, catalog, limits, budget);
        app.MapRead("/v1/models", listing.ListAsync).WithMetadata(Needs.AnyKey);
        app.MapRead(Addresses[0], listing.DescribeAsync).WithMetadata(Needs.AnyKey);
        foreach (string address in Addresses)
        {
            app.MapPost($"{address}/segment", segment.HandleAsync).WithMetadata(Needs.Of(Scopes.ModelsRun), Measured.Segment, SegmentEndpoint.Query);
            app.MapPost($"{address}/evaluate", evaluate.HandleAsync).WithMetadata(Needs.Of(Scopes.ModelsRun), Measured.Evaluate);
        }
    }
}
