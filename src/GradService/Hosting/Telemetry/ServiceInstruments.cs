using System.Diagnostics.Metrics;
using GradService.Numerics.Tensors;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GradService.Hosting.Telemetry;

/// <summary>What is looked at when it is asked for: memory, readiness, and the lanes of requests that wait.</summary>
internal sealed class ServiceInstruments
{
    private readonly Histogram<double> _waited;

    public ServiceInstruments(IMeterFactory meters, MemoryBudget budget, HealthCheckService health, IEnumerable<Lane> lanes)
    {
        Meter meter = meters.Create(RequestInstruments.MeterName);
        Lane[] all = [.. lanes];
        meter.CreateObservableGauge("gradservice.in_flight", () => budget.Taken, "By", "Bytes of bodies, tensors and scratch of all requests now.");
        meter.CreateObservableGauge("gradservice.in_flight.limit", () => budget.Limit, "By", "The most of them.");
        meter.CreateObservableGauge("gradservice.ready", () => IsReady(health) ? 1 : 0, null, "1 while the service takes requests.");
        meter.CreateObservableGauge("gradservice.queue.length", () => all.Select(lane => new Measurement<long>(lane.Length(), lane.Label)), "{request}", "Requests waiting now.");
        meter.CreateObservableGauge("gradservice.queue.limit", () => all.Select(lane => new Measurement<long>(lane.Limit, lane.Label)), "{request}", "The most that may wait.");
        _waited = meter.CreateHistogram("gradservice.queue.duration", "s", "Waiting for the processor, of requests that then ran.", advice: Buckets.Durations);
    }

    /// <summary>A request has waited and runs.</summary>
    /// <param name="lane">Where.</param>
    /// <param name="duration">How long.</param>
    public void Waited(Lane lane, TimeSpan duration) => _waited.Record(duration.TotalSeconds, lane.Label);

    // The checks look at flags: there is nothing to wait for.
    private static bool IsReady(HealthCheckService health) => health.CheckHealthAsync().GetAwaiter().GetResult().Status == HealthStatus.Healthy;
}
