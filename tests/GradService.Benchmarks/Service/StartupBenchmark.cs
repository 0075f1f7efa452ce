using GradService.Benchmarks.Reporting;

namespace GradService.Benchmarks.Service;

/// <summary>From the start of the process to the first 200 of <c>/health/ready</c>.</summary>
internal static class StartupBenchmark
{
    private const double MostSeconds = 0.6;
    private const double MostSecondsWithModel = 1.2;

    public static void Run(BenchmarkOptions options, FindingTable table, string folder)
    {
        string app = Servers.Published(options, folder);
        table.Add(Finding.AtMost("start to ready, without a model", "s", Quantile.Median(Starts(app, options, "--Onnx:Enabled=false")), MostSeconds));
        if (File.Exists(Path.Combine(app, "GradService.Onnx.dll")))
        {
            table.Add(Finding.AtMost("start to ready, with the shipped model", "s", Quantile.Median(Starts(app, options)), MostSecondsWithModel));
        }
    }

    private static List<double> Starts(string app, BenchmarkOptions options, params string[] settings)
    {
        var seconds = new List<double>();
        for (int round = 0; round < options.Rounds; round++)
        {
            using ServerProcess server = Servers.Own(app, out double ready, settings);
            seconds.Add(ready);
        }

        return seconds;
    }
}
