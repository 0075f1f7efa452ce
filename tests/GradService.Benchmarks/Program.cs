using GradService.Benchmarks.Contests;
using GradService.Benchmarks.Exhaustive;
using GradService.Benchmarks.Growth;
using GradService.Benchmarks.Models;
using GradService.Benchmarks.Operations;
using GradService.Benchmarks.Overload;
using GradService.Benchmarks.Reporting;
using GradService.Benchmarks.Service;
using GradService.Benchmarks.Wire;

namespace GradService.Benchmarks;

/// <summary>The benchmarks: a verb for each kind, and one for all.</summary>
internal static class Benchmarks
{
    private static readonly IReadOnlyList<(string Verb, Action<BenchmarkOptions, FindingTable, string> Run)> Kinds =
    [
        ("wire", WireBenchmark.Run),
        ("peers", PeerBenchmark.Run),
        ("http", HttpBenchmark.Run),
        ("models", ModelBenchmark.Run),
        ("overload", OverloadBenchmark.Run),
        ("startup", StartupBenchmark.Run),
        ("allocation", AllocationBenchmark.Run),
        ("growth", GrowthBenchmark.Run),
    ];

    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case [ContestService.Verb]:
                ContestService.Serve(Console.In, Console.Out);
                return 0;
            case [FloorServer.Verb, string url]:
                FloorServer.Run(url);
                return 0;
        }

        try
        {
            return Run(BenchmarkOptions.Parse(arguments));
        }
        catch (ArgumentException exception)
        {
            Console.Error.WriteLine($"{exception.Message}\n\n{BenchmarkOptions.Usage}");
            return 2;
        }
    }

    private static int Run(BenchmarkOptions options)
    {
        switch (options.Verb)
        {
            case "ops":
                OperationBenchmark.Start(options);
                return 0;
            case "exhaust":
                ExhaustiveRun.Run(options, Console.Out);
                return 0;
        }

        var kinds = Kinds.Where(kind => options.Verb == "all" || options.Verb == kind.Verb).ToList();
        if (kinds.Count == 0)
        {
            throw new ArgumentException($"{options.Verb} is not a verb.");
        }

        string folder = Directory.CreateTempSubdirectory("gradservice-benchmarks-").FullName;
        var table = new FindingTable(Console.Out);
        try
        {
            kinds.ForEach(kind => kind.Run(options, table, folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(options.Output);
        File.WriteAllText(Path.Combine(options.Output, $"{options.Verb}.md"), table.ToMarkdown());
        Console.WriteLine();
        Console.WriteLine(table.ToMarkdown());
        return table.Findings.Any(finding => finding.IsWrong) ? 1 : 0;
    }
}
