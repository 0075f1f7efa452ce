using System.Diagnostics.Metrics;
using GradService.Catalog;
using GradService.Operations;

namespace GradService.Hosting.Telemetry;

/// <summary>The instruments that requests are counted with. Their names, labels and units stand in deploy/observability/README.md.</summary>
internal sealed class RequestInstruments
{
    /// <summary>The name of the meter of all instruments of the service.</summary>
    public const string MeterName = "GradService";

    private readonly long[] _inFlight = new long[Doors.All.Length];
    private readonly Counter<long> _requests;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _compute;
    private readonly Counter<long> _bodyBytes;
    private readonly Counter<long> _answerBytes;
    private readonly Counter<long> _requestElements;
    private readonly Counter<long> _responseElements;

    public RequestInstruments(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("gradservice.requests", "{request}", "Requests answered.");
        _failures = meter.CreateCounter<long>("gradservice.request.failures", "{request}", "Requests that did not get their result.");
        _duration = meter.CreateHistogram("gradservice.request.duration", "s", "From the request's head to the last byte of the answer.", advice: Buckets.Durations);
        _compute = meter.CreateHistogram("gradservice.compute.duration", "s", "The mathematics alone.", advice: Buckets.Durations);
        _bodyBytes = meter.CreateCounter<long>("gradservice.request.body", "By", "Bytes of bodies received, as sent.");
        _answerBytes = meter.CreateCounter<long>("gradservice.response.body", "By", "Bytes of bodies answered, as sent.");
        _requestElements = meter.CreateCounter<long>("gradservice.request.elements", "{element}", "Elements of tensors received.");
        _responseElements = meter.CreateCounter<long>("gradservice.response.elements", "{element}", "Elements of tensors answered.");
        meter.CreateObservableGauge("gradservice.requests.in_flight", InFlight, "{request}", "Requests begun and not ended.");
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
        _requests.Add(1, measured.WithStatus(status));
        _duration.Record(measure.Elapsed.TotalSeconds, measured.Labels);
        _bodyBytes.Add(measure.BodyBytes, measured.Labels);
        _answerBytes.Add(measure.AnswerBytes, measured.Labels);
        _requestElements.Add(measure.RequestElements, measured.Labels);
        _responseElements.Add(measure.ResponseElements, measured.Labels);
        if (measure.Compute is { } compute)
        {
            _compute.Record(compute.TotalSeconds, measured.OperationLabel);
        }

        if (status >= StatusCodes.Status400BadRequest)
        {
            _failures.Add(1, measured.WithReason(Reason.Of(status, measure.IsBackendFailure)));
        }
    }

    /// <summary>
    /// Lets the 500s of every operation begin at 0: a series that begins at 1 has not increased, and the alert on the first defect would
    /// not see it.
    /// </summary>
    public void BeginDefects(OperationCatalog catalog)
    {
        string[] models = ["models/segment", "models/evaluate"];
        foreach (string operation in (IEnumerable<string>)[.. catalog.All.Select(operation => operation.Name), .. models])
        {
            BeginDefects(new Measured(Door.Rest, operation));
        }

        foreach (Operation operation in catalog.All)
        {
            BeginDefects(new Measured(Door.InferenceProtocol, operation.Name));
        }

        foreach (Operation operation in catalog.All.Where(operation => operation.Signature.Differentiable.Count > 0))
        {
            BeginDefects(new Measured(Door.Gradcheck, operation.Name));
        }

        BeginDefects(Measured.Inference);
        Array.ForEach(Doors.All, door => BeginDefects(Measured.Unknown(door)));
    }

    private void BeginDefects(Measured measured) => _requests.Add(0, measured.WithStatus(StatusCodes.Status500InternalServerError));

    private IEnumerable<Measurement<long>> InFlight() =>
        Doors.All.Select(door => new Measurement<long>(Interlocked.Read(ref _inFlight[(int)door]), Measured.Unknown(door).Labels[0]));
}
