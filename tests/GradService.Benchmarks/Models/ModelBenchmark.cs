using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;

namespace GradService.Benchmarks.Models;

/// <summary>The published service with its shipped model, as one caller sees it and as many at once do.</summary>
internal static class ModelBenchmark
{
    private static readonly IReadOnlyList<(string Name, Action<BenchmarkOptions, FindingTable, string> Run)> Parts =
    [
        ("one picture", OnePicture.Run),
        ("batching", Batching.Run),
        ("overload", Overload.Run),
        ("replacement", Replacement.Run),
        ("changing sizes", ChangingSizes.Run),
    ];

    public static void Run(BenchmarkOptions options, FindingTable table, string folder)
    {
        string app = Servers.Published(options, folder);
        foreach ((string name, Action<BenchmarkOptions, FindingTable, string> run) in Parts)
        {
            if (options.Wants(name))
            {
                run(options, table, app);
            }
        }
    }
}
