using System.Diagnostics.Metrics;
using GradService.Hosting.Admission;
using GradService.Numerics.Tensors;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GradService.Hosting.Telemetry;

/// <summary>What is looked at when it is asked for: memory, readiness, and the lanes of requests that wait.</summary>
internal sealed class ServiceInstruments
{
    public ServiceInstruments(IMeterFactory meters, MemoryBudget budget, HealthCheckService health, CpuGate gate)
    {
        Meter meter = meters.Create(RequestInstruments.MeterName);
        (Lane Lane, KeyValuePair<string, object?> Label)[] all = [.. new[] { gate.Small, gate.Large }.Select(lane => (lane, new KeyValuePair<string, object?>("lane", lane.Name)))];
        meter.CreateObservableGauge("gradservice.in_flight", () => budget.Taken, "By", "Bytes of bodies, tensors and scratch of all requests now.");
        meter.CreateObservableGauge("gradservice.in_flight.limit", () => budget.Limit, "By", "The most of them.");
        meter.CreateObservableGauge("gradservice.ready", () => IsReady(health) ? 1 : 0, null, "1 while the service takes requests.");
        meter.CreateObservableGauge("gradservice.queue.length", () => all.Select(lane => new Measurement<long>(lane.Lane.QueueLength, lane.Label)), "{request}", "Requests waiting now.");
        meter.CreateObservableGauge("gradservice.queue.limit", () => all.Select(lane => new Measurement<long>(lane.Lane.QueueLimit, lane.Label)), "{request}", "The most that may wait.");
        Histogram<double> waited = meter.CreateHistogram("gradservice.queue.duration", "s", "Waiting for the processor, of requests that then ran.", advice: Buckets.Durations);
        foreach ((Lane lane, KeyValuePair<string, object?> label) in all)
        {
            lane.Entered += duration => waited.Record(duration.TotalSeconds, label);
        }
    }

    // The checks look at flags: there is nothing to wait for.
    private static bool IsReady(HealthCheckService health) => health.CheckHealthAsync().GetAwaiter().GetResult().Status == HealthStatus.Healthy;
}
