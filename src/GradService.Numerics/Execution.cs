namespace GradService.Numerics;

/// <summary>How an op may run: on how many threads, and until when. Neither changes a bit of any result.</summary>
/// <param name="Threads">The most threads at once; 0 and 1 both mean the caller's own.</param>
/// <param name="Cancellation">Looked at between chunks of work.</param>
public readonly record struct Execution(int Threads, CancellationToken Cancellation = default);
