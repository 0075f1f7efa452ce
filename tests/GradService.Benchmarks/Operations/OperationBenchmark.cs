using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using GradService.Benchmarks.Workloads;

namespace GradService.Benchmarks.Operations;

/// <summary>Every operation of the catalogue by BenchmarkDotNet: a row for its example and a row for about a hundred thousand elements.</summary>
public class OperationBenchmark
{
    private static string _only = string.Empty;

    private Action _run = () => { };

    /// <summary>The rows.</summary>
    public static IEnumerable<string> Rows => WorkloadTable.Rows([100_000]).Select(row => row.Name).Where(name => name.Contains(_only, StringComparison.OrdinalIgnoreCase));

    /// <summary>Operation and size.</summary>
    [ParamsSource(nameof(Rows))]
    public string Work { get; set; } = string.Empty;

    /// <summary>Draws the operands.</summary>
    [GlobalSetup]
    public void Prepare() => _run = WorkloadTable.Rows([100_000]).Single(row => row.Name == Work).Make().Runs(1);

    /// <summary>One run, on one thread, from operands in memory to the answer in memory.</summary>
    [Benchmark]
    public void Run() => _run();

    internal static void Start(BenchmarkOptions options)
    {
        _only = options.Only;
        Job job = (options.Quick ? Job.Dry : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddExporter(BenchmarkDotNet.Exporters.MarkdownExporter.GitHub)
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(60))
            .WithArtifactsPath(Path.GetFullPath(options.Output));
        BenchmarkRunner.Run<OperationBenchmark>(config);
    }
}
