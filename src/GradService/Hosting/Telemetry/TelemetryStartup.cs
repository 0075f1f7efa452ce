using System.Diagnostics.Metrics;
using GradService.Operations;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GradService.Hosting.Telemetry;

/// <summary>Metrics at <c>/metrics</c> and, with traces, over OTLP; and logs that a machine can read.</summary>
internal static class TelemetryStartup
{
    /// <summary>The instruments and what is exported of them. Spans are made only when they are exported.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.AddLogs();
        builder.Services.AddSingleton<RequestInstruments>();
        builder.Services.AddSingleton<ServiceInstruments>();
        OtlpSettings? otlp = OtlpSettings.Read(builder.Configuration);
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(Describe);
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(RequestInstruments.MeterName, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter();
            if (otlp is not null)
            {
                metrics.AddOtlpExporter(otlp.Apply);
            }
        });
        builder.Services.ConfigureOpenTelemetryMeterProvider((services, metrics) => metrics.AddView(OnlyOf(services.GetRequiredService<IMeterFactory>())));
        if (otlp is not null)
        {
            telemetry.WithTracing(traces => traces.AddSource(Spans.SourceName).AddAspNetCoreInstrumentation().AddOtlpExporter(otlp.Apply));
        }
    }

    /// <summary>Counts requests. To be used before anything that answers.</summary>
    public static void UseTelemetry(this WebApplication app)
    {
        app.Services.GetRequiredService<ServiceInstruments>();
        app.UseMiddleware<RequestMeasuring>();
        app.Lifetime.ApplicationStarted.Register(() =>
            app.Services.GetRequiredService<RequestInstruments>().BeginDefects(app.Services.GetRequiredService<OperationCatalog>()));
    }

    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static void MapMetrics(this WebApplication app) => app.MapPrometheusScrapingEndpoint("/metrics");

    // The standard variables win over the name.
    private static void Describe(ResourceBuilder resource) => resource
        .AddService("gradservice", serviceVersion: typeof(TelemetryStartup).Assembly.GetName().Version!.ToString(3))
        .AddEnvironmentVariableDetector();

    // Another host in this process has a meter of the same name.
    private static Func<Instrument, MetricStreamConfiguration?> OnlyOf(IMeterFactory meters) => instrument =>
        instrument.Meter.Name == RequestInstruments.MeterName && instrument.Meter.Scope != meters ? MetricStreamConfiguration.Drop : null;
}
