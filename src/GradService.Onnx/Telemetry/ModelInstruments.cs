using System.Diagnostics.Metrics;
using System.Globalization;
using GradService.Onnx.Repository;

namespace GradService.Onnx.Telemetry;

/// <summary>The instruments that models are measured with. Their names, labels and units stand in deploy/observability/README.md.</summary>
internal sealed class ModelInstruments
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 100],
    };

    private readonly Meter _meter;
    private readonly Counter<long> _loads;

    public ModelInstruments(Meter meter)
    {
        _meter = meter;
        _loads = meter.CreateCounter<long>("gradservice.model.loads", "{load}", "Versions loaded, failed to load or unloaded.");
        QueueDuration = meter.CreateHistogram("gradservice.model.queue.duration", "s", "Waiting for the model, of runs that then began.", advice: Seconds);
        RunDuration = meter.CreateHistogram("gradservice.model.run.duration", "s", "The runtime's own time for one run.", advice: Seconds);
        BatchSize = meter.CreateHistogram("gradservice.model.batch.size", "{request}", "Requests that one run answered.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32] });
        Failures = meter.CreateCounter<long>("gradservice.model.failures", "{request}", "Runs without a result.");
    }

    public Histogram<double> QueueDuration { get; }

    public Histogram<double> RunDuration { get; }

    public Histogram<int> BatchSize { get; }

    public Counter<long> Failures { get; }

    public void Loaded(string model) => Count(model, "loaded");

    public void FailedToLoad(string model) => Count(model, "failed");

    public void Unloaded(string model) => Count(model, "unloaded");

    /// <summary>Has every version looked at whenever the gauges are read.</summary>
    public void Observe(ModelSlots slots)
    {
        _meter.CreateObservableGauge(
            "gradservice.model.ready",
            () => slots.Versions.Select(version => new Measurement<int>(version.Runner is null ? 0 : 1, Labels(version.Name, version.Version))),
            null,
            "1 for a version that is loaded and answers, 0 for one that is not.");
        _meter.CreateObservableGauge(
            "gradservice.model.provider",
            () => slots.Versions.Where(version => version.Runner is not null).Select(version => new Measurement<int>(
                1, [.. Labels(version.Name, version.Version), new("provider", version.Runner!.Description.Provider.ToString().ToLowerInvariant())])),
            null,
            "1 for the execution provider that a version runs on.");
        _meter.CreateObservableGauge(
            "gradservice.model.queue.length",
            () => slots.Versions.Where(version => version.Runner is not null).Select(version => new Measurement<int>(version.Runner!.QueueLength, Labels(version.Name, version.Version))),
            "{request}",
            "Runs waiting for the model now.");
        _meter.CreateObservableGauge(
            "gradservice.model.breaker.state",
            () => slots.Versions.Where(version => version.Runner is not null).SelectMany(version => States(version.Name, version.Version, version.Runner!.Breaker)),
            null,
            "1 for the state that the circuit is in, 0 for the other two.");
    }

    public static KeyValuePair<string, object?>[] Labels(string model, int version) =>
        [new("model", model), new("version", version.ToString(CultureInfo.InvariantCulture))];

    private static IEnumerable<Measurement<int>> States(string model, int version, BreakerState found)
    {
        KeyValuePair<string, object?>[] labels = Labels(model, version);
        return [State("closed", BreakerState.Closed), State("open", BreakerState.Open), State("half_open", BreakerState.HalfOpen)];

        Measurement<int> State(string label, BreakerState state) => new(state == found ? 1 : 0, [.. labels, new("state", label)]);
    }

    private void Count(string model, string outcome) => _loads.Add(1, new("model", model), new("outcome", outcome));
}
