using System.Globalization;
using System.Text;
using GradService.Benchmarks.Models;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;
using GradService.Benchmarks.Workloads;

namespace GradService.Benchmarks.Overload;

/// <summary>The published service under one to twenty times the load that it can bear, and tiny requests while large ones saturate it.</summary>
internal static class OverloadBenchmark
{
    private const double LeastOfPeak = 0.8;
    private const double Megabyte = 1e6;
    private const int CallersAtCapacity = 4;

    private static readonly int[] Folds = [1, 2, 5, 10, 20];

    public static void Run(BenchmarkOptions options, FindingTable table, string folder)
    {
        if (options.Wants("the gate"))
        {
            GateCost.Run(options, table);
        }

        string app = Servers.Published(options, folder);
        if (options.Wants("offered load"))
        {
            Offered("mixed", Mixed(options.Quick ? 96 : 768), options, table, app);
        }

        if (options.Wants("offered light load"))
        {
            Offered("light", Mixed(options.Quick ? 48 : 384), options, table, app);
        }

        if (options.Wants("tiny beside large"))
        {
            TinyBesideLarge.Run(options, table, app);
        }
    }

    private static void Offered(string kind, IReadOnlyList<byte[]> mixed, BenchmarkOptions options, FindingTable table, string app)
    {
        TimeSpan duration = TimeSpan.FromSeconds(options.Quick ? 0.3 : 10);
        using ServerProcess server = Servers.Own(app, out _, "--Onnx:Enabled=false");
        double capacity = Capacity(server.Port, mixed, duration);
        table.Add(new Finding($"{kind} requests, capacity", "answers/s", capacity));
        var seen = new List<(int Fold, CrowdReport Report, long Bytes)>();
        foreach (int fold in Folds)
        {
            server.ForgetPeak();
            seen.Add((fold, Offer.Run(server.Port, mixed, fold * capacity, duration), server.PeakBytes));
        }

        double peak = seen.Max(step => step.Report.Good);
        foreach ((int fold, CrowdReport report, long bytes) in seen)
        {
            Tell(table, kind, fold, report, peak, bytes);
        }
    }

    private static void Tell(FindingTable table, string kind, int fold, CrowdReport report, double peak, long bytes)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{kind}, {fold} x capacity, {report.Total / report.Seconds:F0}/s sent: {report.Statuses}");
        if (report.Wrong + report.Lost > 0 || report.Latencies.Keys.Any(status => status is not (200 or 429 or 503)))
        {
            table.Add(Finding.Disagreement(name, "the service at rest", $"{report.Wrong} refusals say nothing of when to come again, {report.Lost} connections broke"));
            return;
        }

        // No more can be answered than is sent.
        double most = Math.Min(peak, report.Total / report.Seconds);
        table.Add(new Finding(name, "answers/s", report.Good, "the peak, or all that was sent", most, report.Good / most, LeastOfPeak));
        table.Add(new Finding(name, "ms, p50 of answers", 1e3 * report.At(0.5)));
        table.Add(new Finding(name, "ms, p99 of answers", 1e3 * report.At(0.99)));
        if (report.Count(503) > 0)
        {
            table.Add(new Finding(name, "ms, p50 of refusals", 1e3 * report.At(0.5, 503)));
            table.Add(new Finding(name, "ms, p99 of refusals", 1e3 * report.At(0.99, 503)));
        }

        table.Add(new Finding(name, "MB at the peak", bytes / Megabyte));
    }

    // A few callers for each processor keep it busy, and none is refused. The first run lets the compiler finish.
    private static double Capacity(int port, IReadOnlyList<byte[]> mixed, TimeSpan duration)
    {
        _ = Offer.Run(port, mixed, double.MaxValue, duration / 2, CallersAtCapacity);
        return Offer.Run(port, mixed, double.MaxValue, duration, CallersAtCapacity).Good;
    }

    /// <summary>
    /// Four kinds that, of 768 elements, take some ten milliseconds and have some tens of kilobytes each; of half as many a quarter of the
    /// time. Whatever is offered must be received, so that twenty times the capacity of work whose bytes cost more than its mathematics
    /// would measure the machine's loopback.
    /// </summary>
    private static IReadOnlyList<byte[]> Mixed(int elements) =>
    [
        Check("losses/cross-entropy", elements),
        Check("losses/lovasz-softmax", elements),
        Check("policy/ppo", 2 * elements),
        Post("/v1/kmeans/fit", WorkloadTable.OfSize("kmeans/fit", 3 * elements), Math.Max(1, elements / 8)),
    ];

    private static byte[] Check(string operation, int elements) => Post($"/v1/gradcheck/{operation}", WorkloadTable.OfSize(operation, elements), 0);

    private static byte[] Post(string path, Workload workload, int starts)
    {
        byte[] body = HttpMessage.Json(workload with { Tensors = workload.Tensors.Where(entry => starts == 0 || entry.Key != "centroids").ToDictionary() });
        return HttpMessage.Post(path, "application/json", starts == 0 ? body : [.. body.AsSpan()[..^1], .. Encoding.ASCII.GetBytes($",\"n_clusters\":20,\"n_init\":{starts}}}")]);
    }
}
