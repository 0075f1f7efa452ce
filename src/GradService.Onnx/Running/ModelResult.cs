namespace GradService.Onnx.Running;

/// <summary>What a run gave. Disposing it frees the outputs' memory.</summary>
public sealed class ModelResult : IDisposable
{
    private IDisposable? _memory;

    internal ModelResult(IReadOnlyList<ModelOutput> outputs, TimeSpan queueTime, TimeSpan computeTime, int batchSize, IDisposable memory)
    {
        Outputs = outputs;
        QueueTime = queueTime;
        ComputeTime = computeTime;
        BatchSize = batchSize;
        _memory = memory;
    }

    /// <summary>The outputs, in the order in which they were asked for.</summary>
    public IReadOnlyList<ModelOutput> Outputs { get; }

    /// <summary>How long the request waited for its turn, for others to run with it too.</summary>
    public TimeSpan QueueTime { get; }

    /// <summary>How long the model computed.</summary>
    public TimeSpan ComputeTime { get; }

    /// <summary>The requests that ran together, this one included: 1 unless batching put it with others.</summary>
    public int BatchSize { get; }

    /// <summary>Frees the outputs' memory.</summary>
    public void Dispose() => Interlocked.Exchange(ref _memory, null)?.Dispose();
}
