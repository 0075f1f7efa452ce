using System.Diagnostics;
using GradService.Benchmarks.Reporting;
using GradService.Hosting;
using GradService.Hosting.Admission;
using Microsoft.Extensions.Configuration;

namespace GradService.Benchmarks.Overload;

/// <summary>What the gate before the processor costs a request that finds it open.</summary>
internal static class GateCost
{
    private const double MostMicroseconds = 1;

    public static void Run(BenchmarkOptions options, FindingTable table)
    {
        var gate = CpuGate.Of(new Limits(new ConfigurationBuilder().Build()));
        int passes = options.Quick ? 1000 : 3_000_000;
        _ = MicrosecondsAsync(gate, passes).GetAwaiter().GetResult();
        long before = GC.GetAllocatedBytesForCurrentThread();
        double microseconds = MicrosecondsAsync(gate, passes).GetAwaiter().GetResult();
        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)passes;
        table.Add(Finding.AtMost("the gate, open", "µs", microseconds, MostMicroseconds));
        table.Add(new Finding("the gate, open", "bytes allocated", bytes));
    }

    private static async Task<double> MicrosecondsAsync(CpuGate gate, int passes)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int pass = 0; pass < passes; pass++)
        {
            using var slot = new CpuSlot(gate);
            await slot.EnterAsync(pass & 1, CancellationToken.None).ConfigureAwait(false);
        }

        return Stopwatch.GetElapsedTime(begin).TotalMicroseconds / passes;
    }
}
