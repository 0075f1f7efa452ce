using System.Text.Json.Nodes;
using GradService.Hosting;
using GradService.Hosting.Access;
using GradService.Hosting.Admission;
using GradService.Hosting.Telemetry;
using GradService.Numerics.Tensors;
using GradService.Onnx;
using GradService.Onnx.Repository;
using GradService.Operations;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GradService.InferenceProtocol;

/// <summary>Maps <c>/v2</c>, the Open Inference Protocol: every operation of the catalogue is a model there, beside the models of the repository.</summary>
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
        var repository = app.Services.GetRequiredService<ModelRepository>();
        var operations = app.Services.GetRequiredService<OperationCatalog>();
        var models = new ModelCatalog(
            [
                .. operations.All.Select(operation => new OperationModel(operation, limits)),
                .. app.Services.GetServices<InferenceModel>(),
            ],
            new OnnxModels(repository, app.Services.GetRequiredService<OnnxOptions>()));
        app.MapHealth("/v2/health");
        app.MapServer(models);
        app.MapMetadata(models);
        app.MapEach([HttpMethods.Post], "/infer", new InferenceEndpoint(models, limits, budget, app.Services.GetRequiredService<CpuGate>()).HandleAsync, Needs.ScopeOfItsModel(operations), Measured.Inference);
        new RepositoryEndpoints(models, repository, OnnxSettings.AllowsModelControl(app.Configuration), limits, budget).Map(app);
    }

    private static void MapServer(this WebApplication app, ModelCatalog models)
    {
        string name = app.Configuration.Word("InferenceProtocol:ServerName", "gradservice", 100);
        string version = app.Configuration.Word("InferenceProtocol:ServerVersion", typeof(InferenceProtocolDoor).Assembly.GetName().Version!.ToString(3), 100);
        app.MapRead("/v2", context => InferenceAnswers.WriteAsync(context, new JsonObject
        {
            ["name"] = name,
            ["version"] = version,
            ["extensions"] = new JsonArray([.. Extensions.Select(extension => (JsonNode)extension)]),
        })).WithMetadata(Needs.AnyKey);
        app.MapRead("/v2/models", context => InferenceAnswers.WriteAsync(context, new JsonObject
        {
            ["models"] = new JsonArray([.. models.ReadyNames.Select(model => (JsonNode)model)]),
        })).WithMetadata(Needs.AnyKey);
        app.MapRead("/v2/models/stats", context => WriteStatisticsAsync(context, models.All)).WithMetadata(Needs.AnyKey);
    }

    private static void MapMetadata(this WebApplication app, ModelCatalog models)
    {
        var health = app.Services.GetRequiredService<HealthCheckService>();
        app.MapEach(ReadRoutes.Methods, string.Empty, context =>
        {
            using InferenceModel model = models.Hold(context);
            return InferenceAnswers.WriteAsync(context, model.Metadata(models.ReadyVersionsOf(model.Name)));
        }, Needs.AnyKey);
        app.MapEach(ReadRoutes.Methods, "/ready", async context =>
        {
            IReadOnlyList<ModelVersion> versions = models.VersionsOf(context);
            bool ready = versions.Any(version => version.IsReady)
                && (await health.CheckHealthAsync(context.RequestAborted).ConfigureAwait(false)).Status == HealthStatus.Healthy;
            context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            await InferenceAnswers.WriteAsync(context, new JsonObject { ["name"] = versions[0].Name, ["ready"] = ready }).ConfigureAwait(false);
        }, Needs.Nothing, Measured.Nothing);
        app.MapEach(ReadRoutes.Methods, "/stats", context => WriteStatisticsAsync(context, models.VersionsOf(context)), Needs.AnyKey);
    }

    private static Task WriteStatisticsAsync(HttpContext context, IEnumerable<ModelVersion> versions) => InferenceAnswers.WriteAsync(context, new JsonObject
    {
        ["model_stats"] = new JsonArray([.. versions.Where(version => version.IsReady).Select(version => (JsonNode)version.Statistics.Of(version.Name, version.Version))]),
    });

    // Every address of a model may name its version.
    private static void MapEach(this WebApplication app, string[] methods, string what, RequestDelegate handle, Needs needs, Measured? measured = null)
    {
        measured ??= Measured.Unknown(Door.InferenceProtocol);
        RequestDelegate guarded = InferenceErrors.Guard(handle);
        app.MapMethods($"/v2/models/{{model}}{what}", methods, guarded).WithMetadata(needs, measured);
        app.MapMethods($"/v2/models/{{model}}/versions/{{version}}{what}", methods, guarded).WithMetadata(needs, measured);
    }
}
