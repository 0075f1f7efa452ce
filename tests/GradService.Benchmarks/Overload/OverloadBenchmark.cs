using System.Globalization;
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
        string app = Servers.Published(options, folder);
        if (options.Wants("offered load"))
        {
            Offered(options, table, app);
        }

        if (options.Wants("tiny beside large"))
        {
            TinyBesideLarge.Run(options, table, app);
        }
    }

    private static void Offered(BenchmarkOptions options, FindingTable table, string app)
    {
        TimeSpan duration = TimeSpan.FromSeconds(options.Quick ? 0.3 : 10);
        IReadOnlyList<byte[]> mixed = Mixed(options.Quick);
        using ServerProcess server = Servers.Own(app, out _, "--Onnx:Enabled=false");
        double capacity = Capacity(server.Port, mixed, duration);
        table.Add(new Finding("mixed requests, capacity", "answers/s", capacity));
        double peak = 0;
        foreach (int fold in Folds)
        {
            server.ForgetPeak();
            CrowdReport report = Offer.Run(server.Port, mixed, fold * capacity, duration);
            peak = Math.Max(peak, report.Good);
            Tell(table, fold, report, peak, server.PeakBytes);
        }
    }

    private static void Tell(FindingTable table, int fold, CrowdReport report, double peak, long bytes)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{fold} x capacity: {report.Total / report.Seconds:F0}/s sent; {report.Statuses}");
        if (report.Wrong + report.Lost > 0 || report.Latencies.Keys.Any(status => status is not (200 or 429 or 503)))
        {
            table.Add(Finding.Disagreement(name, "the service at rest", $"{report.Wrong} refusals say nothing of when to come again, {report.Lost} connections broke"));
            return;
        }

        table.Add(new Finding(name, "answers/s", report.Good, "the peak so far", peak, report.Good / peak, LeastOfPeak));
        table.Add(new Finding(name, "ms, p50 of answers", 1e3 * report.At(0.5)));
        table.Add(new Finding(name, "ms, p99 of answers", 1e3 * report.At(0.99)));
        table.Add(new Finding(name, "ms, p50 of refusals", 1e3 * report.At(0.5, 503)));
        table.Add(new Finding(name, "ms, p99 of refusals", 1e3 * report.At(0.99, 503)));
        table.Add(new Finding(name, "MB at the peak", bytes / Megabyte));
    }

    // A few callers for each processor keep it busy, and none is refused. The first run lets the compiler finish.
    private static double Capacity(int port, IReadOnlyList<byte[]> mixed, TimeSpan duration)
    {
        _ = Offer.Run(port, mixed, double.MaxValue, duration / 2, CallersAtCapacity);
        return Offer.Run(port, mixed, double.MaxValue, duration, CallersAtCapacity).Good;
    }

    /// <summary>Four kinds of some 130 kB each that take between one and some tens of milliseconds.</summary>
    private static IReadOnlyList<byte[]> Mixed(bool quick)
    {
        int elements = quick ? 500 : 32_000;
        return
        [
            HttpMessage.Inference(WorkloadTable.OfSize("kmeans/fit", elements), "centroids"),
            HttpMessage.Inference(WorkloadTable.OfSize("losses/lovasz-softmax", elements), "loss"),
            HttpMessage.Inference(WorkloadTable.OfSize("logistic/fit", elements), "coef"),
            HttpMessage.Inference(WorkloadTable.OfSize("similarity/cross-correlation", elements), "grad_kernel"),
        ];
    }
}
