namespace GradService.Onnx.Telemetry;

/// <summary>Measures the runs of one version, under labels made once.</summary>
internal sealed class RunMeasure(ModelInstruments instruments, string model, int version)
{
    private readonly KeyValuePair<string, object?>[] _labels = ModelInstruments.Labels(model, version);

    /// <summary>A run has begun.</summary>
    /// <param name="duration">How long it waited for that.</param>
    public void Waited(TimeSpan duration) => instruments.QueueDuration.Record(duration.TotalSeconds, _labels);

    /// <summary>The runtime has run, with or without a result.</summary>
    /// <param name="duration">How long it took.</param>
    public void Ran(TimeSpan duration) => instruments.RunDuration.Record(duration.TotalSeconds, _labels);

    /// <summary>A run gave a result.</summary>
    /// <param name="requests">How many requests it answers.</param>
    public void Answered(int requests) => instruments.BatchSize.Record(requests, _labels);

    /// <summary>A run gave none.</summary>
    /// <param name="exception">Why.</param>
    public void Failed(Exception exception) => instruments.Failures.Add(1, [.. _labels, new("reason", Reason(exception))]);

    // The words of Triton's nv_inference_request_failure.
    private static string Reason(Exception exception) => exception switch
    {
        ModelException { Fault: ModelFault.Busy or ModelFault.CircuitOpen } => "REJECTED",
        ModelException { Fault: ModelFault.TimedOut } or OperationCanceledException => "CANCELED",
        ModelException { Fault: ModelFault.Failed } => "BACKEND",
        _ => "OTHER",
    };
}
