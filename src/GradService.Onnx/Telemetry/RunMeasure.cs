namespace GradService.Onnx.Telemetry;

/// <summary>Measures the runs of one version, under labels made once.</summary>
internal sealed class RunMeasure
{
    private static readonly string[] Reasons = ["REJECTED", "CANCELED", "BACKEND", "OTHER"];

    private readonly ModelInstruments _instruments;
    private readonly KeyValuePair<string, object?>[] _labels;

    public RunMeasure(ModelInstruments instruments, string model, int version)
    {
        _instruments = instruments;
        _labels = ModelInstruments.Labels(model, version);

        // A series that begins at 1 has not increased, and nobody would see the first failure.
        Array.ForEach(Reasons, reason => AddFailures(0, reason));
    }

    /// <summary>A run has begun.</summary>
    /// <param name="duration">How long it waited for that.</param>
    public void Waited(TimeSpan duration) => _instruments.QueueDuration.Record(duration.TotalSeconds, _labels);

    /// <summary>The runtime has run, with or without a result.</summary>
    /// <param name="duration">How long it took.</param>
    public void Ran(TimeSpan duration) => _instruments.RunDuration.Record(duration.TotalSeconds, _labels);

    /// <summary>A run gave a result.</summary>
    /// <param name="requests">How many requests it answers.</param>
    public void Answered(int requests) => _instruments.BatchSize.Record(requests, _labels);

    /// <summary>A run gave none.</summary>
    /// <param name="exception">Why.</param>
    public void Failed(Exception exception) => AddFailures(1, Reason(exception));

    private void AddFailures(int count, string reason) => _instruments.Failures.Add(count, [.. _labels, new("reason", reason)]);

    // The words of Triton's nv_inference_request_failure.
    private static string Reason(Exception exception) => exception switch
    {
        ModelException { Fault: ModelFault.Busy or ModelFault.CircuitOpen } => "REJECTED",
        ModelException { Fault: ModelFault.TimedOut } or OperationCanceledException => "CANCELED",
        ModelException { Fault: ModelFault.Failed } => "BACKEND",
        _ => "OTHER",
    };
}
