using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GradService.Hosting.Telemetry;

/// <summary>
/// OpenTelemetry, which reads the instruments and spans and gives them on. It is made beside the rest of the start, for it takes as long
/// as half of that; the service is not ready before it.
/// </summary>
internal sealed class Exports : IHostedLifecycleService, IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly IMeterFactory _meters;
    private readonly OtlpSettings? _otlp;
    private readonly Task<OpenTelemetrySdk> _making;

    /// <exception cref="SettingException">A setting that is not allowed.</exception>
    public Exports(IConfiguration configuration, IMeterFactory meters)
    {
        (_configuration, _meters) = (configuration, meters);
        _otlp = OtlpSettings.Read(configuration);
        _making = Task.Run(() => OpenTelemetrySdk.Create(Configure));
    }

    /// <summary>The kit, once it is made.</summary>
    public OpenTelemetrySdk Sdk => _making.GetAwaiter().GetResult();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => _making.WaitAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        // A kit that could not be made has stopped the start, with its reason.
        Task.WhenAny(_making).Wait();
        if (_making.IsCompletedSuccessfully)
        {
            _making.Result.Dispose();
        }
    }

    private void Configure(IOpenTelemetryBuilder builder)
    {
        builder.Services.AddSingleton(_configuration);
        builder.ConfigureResource(Describe).WithMetrics(metrics =>
        {
            metrics.AddMeter(RequestInstruments.MeterName, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel").AddView(OnlyOurs).AddPrometheusExporter();
            if (_otlp is not null)
            {
                metrics.AddOtlpExporter(_otlp.Apply);
            }
        });
        if (_otlp is not null)
        {
            builder.WithTracing(traces => traces.AddSource(Spans.SourceName).AddAspNetCoreInstrumentation().AddOtlpExporter(_otlp.Apply));
        }
    }

    // The standard variables win over the name.
    private static void Describe(ResourceBuilder resource) => resource
        .AddService("gradservice", serviceVersion: typeof(Exports).Assembly.GetName().Version!.ToString(3))
        .AddEnvironmentVariableDetector();

    // Another host in this process has a meter of the same name.
    private MetricStreamConfiguration? OnlyOurs(Instrument instrument) =>
        instrument.Meter.Name == RequestInstruments.MeterName && instrument.Meter.Scope != _meters ? MetricStreamConfiguration.Drop : null;
}
