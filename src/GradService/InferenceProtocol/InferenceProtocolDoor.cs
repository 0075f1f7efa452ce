using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using GradService.Hosting;
using GradService.Numerics.Tensors;
using GradService.Operations;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GradService.InferenceProtocol;

/// <summary>Maps <c>/v2</c>, the Open Inference Protocol: every operation of the catalogue is a model there.</summary>
/// <remarks>
/// Sources: Open Inference Protocol (KServe V2), HTTP/REST; of Triton's extensions those on binary tensor data, parameters,
/// statistics and the model repository.
/// </remarks>
internal static class InferenceProtocolDoor
{
    private static readonly string[] Extensions = ["binary_tensor_data", "model_repository", "parameters", "statistics"];

    public static void MapInferenceProtocol(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<Limits>();
        var budget = app.Services.GetRequiredService<MemoryBudget>();
        var models = new ModelCatalog(
        [
            .. app.Services.GetRequiredService<OperationCatalog>().All.Select(operation => new OperationModel(operation, limits)),
            .. app.Services.GetServices<InferenceModel>(),
        ]);
        app.MapHealth("/v2/health");
        app.MapServer(models);
        app.MapModels(models);
        app.MapEach(HttpMethods.Post, "/infer", new InferenceEndpoint(models, limits, budget).HandleAsync);
        new RepositoryEndpoints(models, limits, budget).Map(app);
    }

    private static void MapServer(this WebApplication app, ModelCatalog models)
    {
        string name = app.Configuration.Word("InferenceProtocol:ServerName", "gradservice", 100);
        string version = app.Configuration.Word("InferenceProtocol:ServerVersion", typeof(InferenceProtocolDoor).Assembly.GetName().Version!.ToString(3), 100);
        app.MapGet("/v2", context => InferenceAnswers.WriteAsync(context, new JsonObject
        {
            ["name"] = name,
            ["version"] = version,
            ["extensions"] = new JsonArray([.. Extensions.Select(extension => (JsonNode)extension)]),
        }));
        app.MapGet("/v2/models", context => InferenceAnswers.WriteAsync(context, new JsonObject
        {
            ["models"] = new JsonArray([.. models.All.Select(model => (JsonNode)model.Name)]),
        }));
        app.MapGet("/v2/models/stats", context => WriteStatisticsAsync(context, models.All));
    }

    private static void MapModels(this WebApplication app, ModelCatalog models)
    {
        var health = app.Services.GetRequiredService<HealthCheckService>();
        var metadata = new ConcurrentDictionary<string, string>();
        app.MapEach(HttpMethods.Get, string.Empty, context =>
        {
            InferenceModel model = models.Of(context);
            return InferenceAnswers.WriteAsync(context, metadata.GetOrAdd(model.Name, _ => InferenceAnswers.Text(model.Metadata())));
        });
        app.MapEach(HttpMethods.Get, "/ready", async context =>
        {
            InferenceModel model = models.Of(context);
            bool ready = (await health.CheckHealthAsync(context.RequestAborted).ConfigureAwait(false)).Status == HealthStatus.Healthy;
            context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            await InferenceAnswers.WriteAsync(context, new JsonObject { ["name"] = model.Name, ["ready"] = ready }).ConfigureAwait(false);
        });
        app.MapEach(HttpMethods.Get, "/stats", context => WriteStatisticsAsync(context, [models.Of(context)]));
    }

    private static Task WriteStatisticsAsync(HttpContext context, IEnumerable<InferenceModel> models) => InferenceAnswers.WriteAsync(context, new JsonObject
    {
        ["model_stats"] = new JsonArray([.. models.Select(model => (JsonNode)model.Statistics.Of(model))]),
    });

    // Every address of a model may name its version.
    private static void MapEach(this WebApplication app, string method, string what, RequestDelegate handle)
    {
        RequestDelegate guarded = InferenceErrors.Guard(handle);
        app.MapMethods($"/v2/models/{{model}}{what}", [method], guarded);
        app.MapMethods($"/v2/models/{{model}}/versions/{{version}}{what}", [method], guarded);
    }
}
