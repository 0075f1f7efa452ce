using System.Diagnostics;

namespace GradService.Onnx.Telemetry;

/// <summary>The steps of a run as spans. While nobody listens they are null and cost nothing.</summary>
internal static class RunSpans
{
    private static readonly ActivitySource Source = new("GradService");

    /// <summary>A run waits for its turn.</summary>
    public static Activity? Queue(string model, int version) => Start("queue", model, version);

    /// <summary>The runtime runs.</summary>
    public static Activity? Run(string model, int version) => Start("run", model, version);

    private static Activity? Start(string name, string model, int version) =>
        Source.StartActivity(name)?.SetTag("gradservice.model", model).SetTag("gradservice.model.version", version);
}
