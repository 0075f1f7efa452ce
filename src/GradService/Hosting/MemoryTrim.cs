using GradService.Numerics.Tensors;

namespace GradService.Hosting;

/// <summary>
/// Gives memory back that is not needed: large buffers that nobody has used for a while, and, once after each time of work, everything that
/// the collector and the native heap hold ready for more.
/// </summary>
internal sealed class MemoryTrim(MemoryBudget budget, WideBlocks blocks) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        long before = budget.Times;
        long trimmed = before;
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            TensorScope.ReleaseUnused();
            long now = budget.Times;
            if (now == before && now != trimmed && budget.Taken == 0)
            {
                blocks.Release();
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                NativeHeap.GiveBack();
                trimmed = now;
            }

            before = now;
        }
    }
}
