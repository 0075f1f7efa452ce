namespace GradService.Onnx.Running;

/// <summary>Runs a model on checked inputs, those of so many requests.</summary>
internal delegate Task<ModelResult> BatchRun(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs, int requests, CancellationToken cancellationToken);

/// <summary>Requests that run as one. Open for more until it is started.</summary>
/// <param name="run">Runs the model.</param>
/// <param name="outputs">The outputs that every request wants.</param>
/// <param name="unsuited">Told when an output turns out not to have a row for each row of the inputs.</param>
#pragma warning disable CA1001 // A cancellation source with neither a timer nor a wait handle holds nothing to free.
internal sealed class Batch(BatchRun run, IReadOnlyList<string> outputs, Action unsuited)
#pragma warning restore CA1001
{
    private readonly Lock _lock = new();
    private readonly List<BatchEntry> _entries = [];
    private readonly CancellationTokenSource _abandoned = new();
    private int _waiting;
    private bool _started;
    private bool _joined;

    public long Rows { get; private set; }

    /// <summary>Adds a request. Its caller may leave at any time; the others are not disturbed by it.</summary>
    public Task<ModelResult> Add(IReadOnlyList<ModelInput> inputs, long rows, CancellationToken cancellationToken)
    {
        var entry = new BatchEntry(inputs, rows, cancellationToken);
        lock (_lock)
        {
            _entries.Add(entry);
            _waiting++;
            Rows += rows;
        }

        entry.WhenCancelled(() => Leave(entry));
        return entry.Result;
    }

    /// <summary>Closes the batch and runs it, once.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_started)
            {
                return;
            }

            _started = true;
        }

        _ = Task.Run(RunAsync);
    }

    private void Leave(BatchEntry entry)
    {
        bool abandoned;
        lock (_lock)
        {
            abandoned = --_waiting == 0 && _started;
            if (!_started)
            {
                _entries.Remove(entry);
                Rows -= entry.Rows;
            }

            // Until its rows are joined to the others' they are read from the caller's memory, which it takes back when its task ends.
            if (!_started || _joined)
            {
                entry.Cancel();
            }
        }

        if (abandoned)
        {
            _abandoned.Cancel();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            if (_entries.Count > 1)
            {
                await RunJoinedAsync().ConfigureAwait(false);
            }
            else if (_entries is [BatchEntry only])
            {
                await RunOneAsync(only, only.Inputs).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            _entries.ForEach(entry => entry.Fail(exception));
        }
    }

    private async Task RunJoinedAsync()
    {
        using var joined = new JoinedInputs(_entries.ConvertAll(entry => entry.Inputs));
        lock (_lock)
        {
            _joined = true;

            // Those who left between start and now could not be let go then.
            _entries.ForEach(entry => entry.CancelIfLeft());
        }

        try
        {
            ModelResult result = await run(joined.Inputs, outputs, _entries.Count, _abandoned.Token).ConfigureAwait(false);
            if (result.Outputs.All(output => output.Shape is [long rows, ..] && rows == joined.Rows))
            {
                Split(result, joined.Rows);
                return;
            }

            result.Dispose();
            unsuited();
        }
        catch (ModelException exception) when (exception.Fault is ModelFault.WrongInput or ModelFault.Failed)
        {
            // One request's values may have spoilt the run for all: each is to hear of its own.
        }

        long from = 0;
        foreach (BatchEntry entry in _entries)
        {
            await RunOneAsync(entry, joined.Part(from, entry.Rows)).ConfigureAwait(false);
            from += entry.Rows;
        }
    }

    private async Task RunOneAsync(BatchEntry entry, IReadOnlyList<ModelInput> inputs)
    {
        if (entry.Result.IsCompleted)
        {
            return;
        }

        try
        {
            ModelResult result = await run(inputs, outputs, 1, _abandoned.Token).ConfigureAwait(false);
            entry.Complete(result.Outputs, result.ComputeTime, 1, result);
        }
        catch (Exception exception)
        {
            entry.Fail(exception);
        }
    }

    private void Split(ModelResult result, long all)
    {
        var memory = new Lifetime(result.Dispose);
        long from = 0;
        foreach (BatchEntry entry in _entries)
        {
            long first = from;
            memory.TryHold();
            entry.Complete([.. result.Outputs.Select(output => Part(output, all, first, entry.Rows))], result.ComputeTime, _entries.Count, new Share(memory));
            from += entry.Rows;
        }

        memory.Release();
    }

    private static ModelOutput Part(ModelOutput output, long all, long from, long rows) => new(
        output.Name,
        output.Datatype,
        [rows, .. output.Shape.Skip(1)],
        JoinedInputs.RowsOf(output.Bytes, all, from, rows),
        JoinedInputs.RowsOf(output.Strings, all, from, rows));

    private sealed class Share(Lifetime memory) : IDisposable
    {
        public void Dispose() => memory.Release();
    }
}
