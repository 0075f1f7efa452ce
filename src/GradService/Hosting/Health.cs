using GradService.Hosting.Access;
using GradService.Hosting.Telemetry;
using GradService.Onnx;
using GradService.Onnx.Repository;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GradService.Hosting;

/// <summary>
/// Whether the process lives, and whether it takes requests: it does from the end of its start, when every exported model serves or has its
/// reason why not, to the beginning of its shutdown. A model that cannot be loaded is told of in the repository's index and the log, and
/// keeps nobody from the others and the operations.
/// </summary>
internal static class Health
{
    public static void AddHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck<AcceptingRequests>("accepting requests").AddCheck<ModelsLoaded>("models loaded");

        // It would call each look at a service that is starting or stopping an error.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService", LogLevel.None);
    }

    /// <summary>Maps <c>{prefix}/live</c> and <c>{prefix}/ready</c>: 200, or 503 when not.</summary>
    public static void MapHealth(this WebApplication app, string prefix)
    {
        app.MapHealthChecks($"{prefix}/live", new HealthCheckOptions
        {
            Predicate = _ => false,
            ResponseWriter = (context, _) => WriteAsync(context, """{"live":true}"""),
        }).WithMetadata(Needs.Nothing, Measured.Nothing);
        app.MapHealthChecks($"{prefix}/ready", new HealthCheckOptions
        {
            ResponseWriter = (context, report) => WriteAsync(context, report.Status == HealthStatus.Healthy
                ? """{"live":true,"ready":true}"""
                : """{"live":true,"ready":false}"""),
        }).WithMetadata(Needs.Nothing, Measured.Nothing);
    }

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }

    private sealed class ModelsLoaded(ModelRepository repository, OnnxOptions options) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(!options.Enabled || repository.IsStarted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The exported models are being loaded."));
    }

    private sealed class AcceptingRequests(IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy());
    }
}
