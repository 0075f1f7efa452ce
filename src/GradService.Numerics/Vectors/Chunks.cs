using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>Work that is cut into chunks which do not depend on each other.</summary>
internal interface IChunkJob
{
    /// <summary>Does one chunk; what it finds goes where the chunk's index says.</summary>
    void Run(int chunk);

    /// <summary>How many FP64 numbers of working memory a chunk takes while it runs; 0 where that does not grow with the problem.</summary>
    long ScratchLength => 0;
}

/// <summary>
/// Runs chunks on the threads allowed. Whoever cuts the work does so by the size of the problem alone and adds the chunks' results in the
/// order of their indices: then the number of threads cannot change a bit.
/// </summary>
internal static class Chunks
{
    /// <summary>How many chunks cover so many items.</summary>
    public static int Count(int items, int chunk) => (int)(((long)items + chunk - 1) / chunk);

    /// <summary>Runs chunks 0 to <paramref name="count"/> - 1, and looks at the cancellation before each.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    /// <exception cref="MemoryBudgetException">The budget has no room for the chunks' working memory.</exception>
    public static void Run<TJob>(int count, TJob job, Execution execution)
        where TJob : struct, IChunkJob
    {
        execution.Cancellation.ThrowIfCancellationRequested();
        long scratch = sizeof(double) * job.ScratchLength * Math.Clamp(execution.Threads, 1, Math.Max(1, count));
        execution.Budget?.Take(scratch);
        try
        {
            RunAll(count, job, execution);
        }
        finally
        {
            execution.Budget?.Return(scratch);
        }
    }

    /// <summary>Runs chunks as <see cref="Run{TJob}"/> does, on the widest vectors that the machine has.</summary>
    public static void RunOnLanes<TJob>(int count, TJob job, Execution execution)
        where TJob : struct, ILanesJob => Run(count, new OnWidestLanes<TJob>(job), execution);

    private static void RunAll<TJob>(int count, TJob job, Execution execution)
        where TJob : struct, IChunkJob
    {
        if (execution.Threads > 1 && count > 1)
        {
            RunInParallel(count, job, execution);
            return;
        }

        for (int chunk = 0; chunk < count; chunk++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            job.Run(chunk);
        }
    }

    // By itself, as the delegate's captures are allocated where a method begins.
    private static void RunInParallel<TJob>(int count, TJob job, Execution execution)
        where TJob : struct, IChunkJob
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = execution.Threads, CancellationToken = execution.Cancellation };
        Parallel.For(0, count, options, chunk => job.Run(chunk));
    }
}
