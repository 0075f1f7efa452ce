using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using GradService.Operations;

namespace GradService.Hosting.Telemetry;

/// <summary>
/// The instruments that requests are counted with. Their names, labels and units stand in deploy/observability/README.md. Sums are kept
/// here, where a request costs less than by measuring each of them into an instrument.
/// </summary>
internal sealed class RequestInstruments
{
    /// <summary>The name of the meter of all instruments of the service.</summary>
    public const string MeterName = "GradService";

    private readonly ConcurrentDictionary<(Door Door, string Operation), RequestTally> _tallies = new();
    private readonly long[] _inFlight = new long[Doors.All.Length];
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _compute;

    public RequestInstruments(IMeterFactory meters, OperationCatalog catalog)
    {
        Meter meter = meters.Create(MeterName);
        meter.CreateObservableCounter("gradservice.requests", () => _tallies.Values.SelectMany(tally => tally.Requests), "{request}", "Requests answered.");
        meter.CreateObservableCounter("gradservice.request.failures", () => _tallies.Values.SelectMany(tally => tally.Failures), "{request}", "Requests that did not get their result.");
        meter.CreateObservableCounter("gradservice.request.body", () => Used().Select(tally => tally.BodyBytes), "By", "Bytes of bodies received, as sent.");
        meter.CreateObservableCounter("gradservice.response.body", () => Used().Select(tally => tally.AnswerBytes), "By", "Bytes of bodies answered, as sent.");
        meter.CreateObservableCounter("gradservice.request.elements", () => Used().Select(tally => tally.RequestElements), "{element}", "Elements of tensors received.");
        meter.CreateObservableCounter("gradservice.response.elements", () => Used().Select(tally => tally.ResponseElements), "{element}", "Elements of tensors answered.");
        meter.CreateObservableGauge("gradservice.requests.in_flight", InFlight, "{request}", "Requests begun and not ended.");
        _duration = meter.CreateHistogram("gradservice.request.duration", "s", "From the request's head to the last byte of the answer.", advice: Buckets.Durations);
        _compute = meter.CreateHistogram("gradservice.compute.duration", "s", "The mathematics alone.", advice: Buckets.Durations);
        Array.ForEach(Everything(catalog), measured => Of(measured));
    }

    /// <summary>A request begins.</summary>
    public void Begin(Door door) => Interlocked.Increment(ref _inFlight[(int)door]);

    /// <summary>A request has ended.</summary>
    /// <param name="door">The door at which it began.</param>
    /// <param name="measure">What is known of it.</param>
    /// <param name="status">How it was answered.</param>
    public void End(Door door, RequestMeasure measure, int status)
    {
        Interlocked.Decrement(ref _inFlight[(int)door]);
        Measured measured = status == StatusCodes.Status404NotFound ? Measured.Unknown(door) : measure.Measured;
        Of(measured).Add(measure, status);
        _duration.Record(measure.Elapsed.TotalSeconds, measured.Labels);
        if (measure.Compute is { } compute)
        {
            _compute.Record(compute.TotalSeconds, measured.OperationLabel);
        }
    }

    // All that requests can be counted as.
    private static Measured[] Everything(OperationCatalog catalog) =>
    [
        .. catalog.All.Select(operation => new Measured(Door.Rest, operation.Name)),
        .. catalog.All.Select(operation => new Measured(Door.InferenceProtocol, operation.Name)),
        .. catalog.All.Where(operation => operation.HasGradients).Select(operation => new Measured(Door.Gradcheck, operation.Name)),
        Measured.Segment,
        Measured.Evaluate,
        Measured.Inference,
        .. Doors.All.Select(Measured.Unknown),
    ];

    private IEnumerable<RequestTally> Used() => _tallies.Values.Where(tally => tally.IsUsed);

    private RequestTally Of(Measured measured) => _tallies.GetOrAdd((measured.Door, measured.Operation), static (_, measured) => new RequestTally(measured), measured);

    private IEnumerable<Measurement<long>> InFlight() =>
        Doors.All.Select(door => new Measurement<long>(Interlocked.Read(ref _inFlight[(int)door]), Measured.Unknown(door).Labels[0]));
}
