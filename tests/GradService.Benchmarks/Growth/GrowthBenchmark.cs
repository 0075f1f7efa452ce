using System.Buffers;
using System.Globalization;
using GradService.Benchmarks.Contests;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;
using GradService.Benchmarks.Wire;
using GradService.Benchmarks.Workloads;
using GradService.Numerics.Tensors;

namespace GradService.Benchmarks.Growth;

/// <summary>Cost against size from a hundred elements to ten million, and throughput against concurrency: tables, and a plot of each.</summary>
internal static class GrowthBenchmark
{
    private const int Least = 100;
    private const int Most = 10_000_000;
    private const int MostConnections = 64;

    /// <summary>What an element may cost at a size, of what it costs at a tenth of it: where it is more, something falls off a cliff.</summary>
    private const double MostGrowth = 2;

    private static readonly string[] Hot =
    [
        "losses/cross-entropy", "losses/focal", "losses/dice", "losses/lovasz-softmax", "losses/binary-cross-entropy", "activations/log-softmax",
        "policy/reinforce", "policy/returns", "kmeans/assign", "kmeans/step", "similarity/cross-correlation", "similarity/siamese",
        "logistic/loss", "selection/select", "segmentation/metrics",
    ];

    public static void Run(BenchmarkOptions options, FindingTable table, string folder)
    {
        Directory.CreateDirectory(options.Output);
        int most = options.Quick ? 1000 : Most;
        foreach (string operation in Hot.Where(options.Wants))
        {
            Grow(operation, size => Computed(operation, size), most, options, table);
        }

        if (options.Wants("JSON read"))
        {
            Grow("JSON read, 9 digits, FP32", Read, most, options, table);
        }

        if (options.Wants("JSON write"))
        {
            Grow("JSON write, FP32", Written, most, options, table);
        }

        if (options.Wants("concurrency"))
        {
            Concurrency(options, table, folder);
        }
    }

    private static void Grow(string name, Func<int, (long Elements, Action One, Action? Two)> make, int most, BenchmarkOptions options, FindingTable table)
    {
        var one = new List<(double X, double Y)>();
        var two = new List<(double X, double Y)>();
        for (int size = Least; size <= most; size *= 10)
        {
            (long elements, Action single, Action? pair) = make(size);
            one.Add((elements, Seconds(single, options)));
            if (pair is not null)
            {
                two.Add((elements, Seconds(pair, options)));
            }
        }

        string file = Path.Combine(options.Output, $"{name.Replace('/', '-').Replace(' ', '-').Replace(",", string.Empty, StringComparison.Ordinal)}.png");
        LogLogPlot.Save(file, name, "elements", "seconds", two.Count > 0 ? [("1 thread", one), ("2 threads", two)] : [("1 thread", one)]);
        double[] costs = [.. one.Select(point => point.Y / point.X)];
        table.Add(new Finding($"{name}, {one[^1].X:N0} elements, 1 thread", "ns/element", 1e9 * costs[^1]));
        table.Add(Finding.AtMost($"{name}, cost of an element", "most growth from a size to ten times it", costs.Zip(costs.Skip(1), (small, large) => large / small).Max(), MostGrowth));
    }

    private static double Seconds(Action work, BenchmarkOptions options)
    {
        Stopclock.Time(work, options.Quick ? TimeSpan.Zero : options.Slot);
        return Quantile.Median(Enumerable.Range(0, options.Rounds).Select(_ => Stopclock.Time(work, options.Slot / 4).Seconds));
    }

    private static (long, Action, Action?) Computed(string operation, int size)
    {
        Workload workload = WorkloadTable.OfSize(operation, size);
        return (workload.Elements, workload.Runs(1), workload.Runs(2));
    }

    private static (long, Action, Action?) Read(int size)
    {
        WireText text = WireText.Of(9, false, Math.Max(3, (int)Math.Sqrt(size / 12.0)));
        return (text.Values.Length, () => Readers<float>.Scan(text, new float[1]), null);
    }

    private static (long, Action, Action?) Written(int size)
    {
        Tensor<float> tensor = new Draw(1).Normal(2, size);
        var output = new ArrayBufferWriter<byte>(32 * size);
        return (size, () => Writers<float>.Format(tensor, output), null);
    }

    private static void Concurrency(BenchmarkOptions options, FindingTable table, string folder)
    {
        using ServerProcess server = Servers.Own(Servers.Published(options, folder), out _);
        foreach ((string name, Workload workload) in new[] { ("tiny [8, 12]", HttpWork.Tiny()), ("medium [1, 64, 64, 12]", HttpWork.Pictures(64)) })
        {
            byte[] request = HttpMessage.Post($"/v1/{workload.Operation.Name}", "application/json", HttpMessage.Json(workload));
            Loader.Run(server.Port, request, 4, Servers.LongerWarmUp * options.WarmUp);
            var throughput = new List<(double X, double Y)>();
            var slowest = new List<(double X, double Y)>();
            for (int connections = 1; connections <= (options.Quick ? 2 : MostConnections); connections *= 2)
            {
                LoadReport[] reports = [.. Enumerable.Range(0, options.Rounds).Select(_ => Loader.Run(server.Port, request, connections, options.Slot))];
                throughput.Add((connections, Quantile.Median(reports.Select(report => report.PerSecond))));
                slowest.Add((connections, Quantile.Median(reports.Select(report => report.Slowest))));
                string work = string.Create(CultureInfo.InvariantCulture, $"{name}, JSON, concurrency {connections}");
                table.Add(new Finding(work, "requests/s", throughput[^1].Y));
                table.Add(new Finding(work, "p99, ms", 1e3 * slowest[^1].Y));
            }

            table.Add(new Finding($"{name}, JSON, throughput at the most connections over the best", "ratio", throughput[^1].Y / throughput.Max(point => point.Y)));
            string file = name[..name.IndexOf(' ', StringComparison.Ordinal)];
            LogLogPlot.Save(Path.Combine(options.Output, $"concurrency-{file}-throughput.png"), name, "connections", "requests a second", [("requests/s", throughput)]);
            LogLogPlot.Save(Path.Combine(options.Output, $"concurrency-{file}-p99.png"), name, "connections", "seconds", [("99th percentile", slowest)]);
        }
    }
}
