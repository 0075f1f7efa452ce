using GradService.Numerics.Tensors;

namespace GradService.Numerics;

/// <summary>How an op may run: on how many threads, until when, and on whose memory. None changes a bit of any result.</summary>
/// <param name="Threads">The most threads at once; 0 and 1 both mean the caller's own.</param>
/// <param name="Cancellation">Looked at between chunks of work.</param>
public readonly record struct Execution(int Threads, CancellationToken Cancellation = default)
{
    /// <summary>What working memory that grows with the problem is charged to while an op runs; null for nothing.</summary>
    public MemoryBudget? Budget { get; init; }
}
