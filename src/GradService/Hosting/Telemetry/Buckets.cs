using System.Diagnostics.Metrics;

namespace GradService.Hosting.Telemetry;

/// <summary>The bounds of histograms, given with the instrument so that every exporter has them.</summary>
internal static class Buckets
{
    /// <summary>From half a millisecond to the default time limit, in seconds.</summary>
    public static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 100],
    };
}
