using System.Diagnostics;
using System.Globalization;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;

namespace GradService.Benchmarks.Models;

/// <summary>A hundred times as many callers as the service has processors, each with a picture to segment.</summary>
internal static class Overload
{
    private const int Fold = 100;
    private const double LeastOfPeak = 0.8;

    public static void Run(BenchmarkOptions options, FindingTable table, string app)
    {
        TimeSpan duration = TimeSpan.FromSeconds(options.Quick ? 0.5 : 15);
        int fold = options.Quick ? 10 : Fold;
        using ServerProcess server = Servers.Own(app, out _);
        byte[] mask = StreetScenes.Answer(server.Port, StreetScenes.Segment, out _);
        _ = Crowd.Run(server.Port, StreetScenes.Segment, Environment.ProcessorCount, duration / 3, Crowd.Is(mask));
        CrowdReport even = Crowd.Run(server.Port, StreetScenes.Segment, Environment.ProcessorCount, duration, Crowd.Is(mask));
        long before = server.PeakBytes;
        server.ForgetPeak();
        CrowdReport over = Crowd.Run(server.Port, StreetScenes.Segment, fold * Environment.ProcessorCount, duration, Crowd.Is(mask));
        long during = server.PeakBytes;
        long asked = Stopwatch.GetTimestamp();
        bool isWell = StreetScenes.Answer(server.Port, StreetScenes.Segment, out _).AsSpan().SequenceEqual(mask)
            && ServerProcess.IsReady(server.Port, HttpMessage.Get("/health/ready"));
        double after = Stopwatch.GetElapsedTime(asked).TotalSeconds;

        string name = string.Create(CultureInfo.InvariantCulture, $"overload, {fold} x capacity: {over.Statuses}");
        if (over.Wrong + over.Lost > 0 || !isWell || over.Latencies.Keys.Any(status => status is not (200 or 503 or 504)))
        {
            table.Add(Finding.Disagreement(name, "the service alone", $"{over.Wrong} answers were wrong, {over.Lost} connections broke, {(isWell ? "well" : "not well")} afterwards"));
            return;
        }

        table.Add(new Finding(name, "masks/s", over.Good, "as many callers as processors", even.Good, over.Good / even.Good, LeastOfPeak));
        table.Add(new Finding(name, "ms, p99 of masks", 1e3 * over.At(0.99), "as many callers as processors", 1e3 * even.At(0.99), even.At(0.99) / over.At(0.99)));
        table.Add(new Finding(name, "ms, p50 of refusals", 1e3 * over.At(0.5, 503)));
        table.Add(new Finding(name, "MB at the peak", during / 1e6, "as many callers as processors", before / 1e6, before / (double)during));
        table.Add(new Finding(name, "ms, the first mask afterwards", 1e3 * after));
    }
}
