namespace GradService.Onnx.Telemetry;

/// <summary>Whether a model's circuit lets runs through.</summary>
internal enum BreakerState
{
    /// <summary>It does.</summary>
    Closed,

    /// <summary>It does not: the model is left alone.</summary>
    Open,

    /// <summary>The next run is a trial.</summary>
    HalfOpen,
}
