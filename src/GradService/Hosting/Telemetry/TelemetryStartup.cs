using GradService.Hosting.Access;

namespace GradService.Hosting.Telemetry;

/// <summary>Metrics at <c>/metrics</c> and, with traces, over OTLP; and logs that a machine can read.</summary>
internal static class TelemetryStartup
{
    /// <summary>The instruments, and what is exported of them.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.AddLogs();
        builder.Services.AddSingleton<RequestInstruments>();
        builder.Services.AddSingleton<ServiceInstruments>();
        builder.Services.AddSingleton<Exports>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Exports>());
    }

    /// <summary>Counts requests. To be used before anything that answers.</summary>
    public static void UseTelemetry(this WebApplication app)
    {
        app.Services.GetRequiredService<ServiceInstruments>();
        app.Services.GetRequiredService<Exports>();
        app.UseMiddleware<RequestMeasuring>();
    }

    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        Exports exports = app.Services.GetRequiredService<Exports>();
        RequestDelegate scrape = app.Lazily(branch => branch.UseOpenTelemetryPrometheusScrapingEndpoint(exports.Sdk.MeterProvider, _ => true, null, null, null));
        app.MapRead("/metrics", scrape).WithMetadata(Needs.Of(Scopes.Metrics));
    }
}
