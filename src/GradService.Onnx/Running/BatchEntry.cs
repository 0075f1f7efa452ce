namespace GradService.Onnx.Running;

/// <summary>One request of a batch.</summary>
internal sealed class BatchEntry(IReadOnlyList<ModelInput> inputs, long rows, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<ModelResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _asked = TimeProvider.System.GetTimestamp();
    private CancellationTokenRegistration _registration;

    public IReadOnlyList<ModelInput> Inputs => inputs;

    public long Rows => rows;

    public Task<ModelResult> Result => _result.Task;

    public void WhenCancelled(Action leave) => _registration = cancellationToken.UnsafeRegister(static leave => ((Action)leave!)(), leave);

    public void Cancel()
    {
        _result.TrySetCanceled(cancellationToken);
        _registration.Unregister();
    }

    public void CancelIfLeft()
    {
        if (cancellationToken.IsCancellationRequested)
        {
            Cancel();
        }
    }

    public void Fail(Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            Cancel();
            return;
        }

        _result.TrySetException(exception);
        _registration.Unregister();
    }

    /// <summary>Hands over outputs, or frees them when the caller has left.</summary>
    public void Complete(IReadOnlyList<ModelOutput> outputs, TimeSpan computeTime, int batchSize, IDisposable memory)
    {
        TimeSpan queueTime = TimeProvider.System.GetElapsedTime(_asked) - computeTime;
        var result = new ModelResult(outputs, queueTime < TimeSpan.Zero ? TimeSpan.Zero : queueTime, computeTime, batchSize, memory);
        if (!_result.TrySetResult(result))
        {
            result.Dispose();
        }

        _registration.Unregister();
    }
}
