using System.Diagnostics;

namespace GradService.Hosting.Telemetry;

/// <summary>The steps of a request as spans below that of the request itself. While nobody listens they are null and cost nothing.</summary>
internal static class Spans
{
    /// <summary>The source of all spans of the service.</summary>
    public const string SourceName = "GradService";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The body is received and read.</summary>
    public static Activity? Parse() => Source.StartActivity("parse");

    /// <summary>A picture is decoded.</summary>
    public static Activity? DecodePicture() => Source.StartActivity("decode picture");

    /// <summary>The answer is computed.</summary>
    public static Activity? Compute() => Source.StartActivity("compute");

    /// <summary>The answer is written and sent.</summary>
    public static Activity? Write() => Source.StartActivity("write");
}
