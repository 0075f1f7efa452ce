using System.Globalization;

namespace GradService.Onnx.Running;

/// <summary>Puts requests that arrive within a short time, and differ in nothing but their rows, into one run.</summary>
internal sealed class Batcher(TimeSpan window, int mostRows, BatchRun run, Action unsuited)
{
    private readonly Dictionary<string, Batch> _open = new(StringComparer.Ordinal);
    private bool _unsuited;

    /// <summary>
    /// Whether a model has an axis of rows: the first of every input and output, open, and under the same name everywhere, by which the
    /// exporter says that it is the same length.
    /// </summary>
    public static bool Suits(ModelDescription model)
    {
        List<string?> names = [.. model.Inputs.Concat(model.Outputs).Select(spec => spec.Symbols is [string name, ..] ? name : null)];
        return model.Inputs.Count > 0 && names[0] is not null && names.TrueForAll(name => name == names[0]);
    }

    public Task<ModelResult> RunAsync(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs, CancellationToken cancellationToken)
    {
        long rows = inputs[0].Shape[0];
        if (Volatile.Read(ref _unsuited) || rows == 0 || rows >= mostRows || inputs.Any(input => input.Shape[0] != rows))
        {
            return run(inputs, outputs, 1, cancellationToken);
        }

        string key = Key(inputs, outputs);
        lock (_open)
        {
            Batch? batch = _open.GetValueOrDefault(key);
            if (batch is not null && batch.Rows + rows > mostRows)
            {
                batch.Start();
                batch = null;
            }

            if (batch is null)
            {
                _open[key] = batch = new Batch(run, outputs, MarkUnsuited);
                _ = CloseAfterWindowAsync(key, batch);
            }

            Task<ModelResult> result = batch.Add(inputs, rows, cancellationToken);
            if (batch.Rows == mostRows)
            {
                _open.Remove(key);
                batch.Start();
            }

            return result;
        }
    }

    private async Task CloseAfterWindowAsync(string key, Batch batch)
    {
        await Task.Delay(window).ConfigureAwait(false);
        lock (_open)
        {
            if (_open.GetValueOrDefault(key) == batch)
            {
                _open.Remove(key);
            }

            batch.Start();
        }
    }

    private void MarkUnsuited()
    {
        if (!Interlocked.Exchange(ref _unsuited, true))
        {
            unsuited();
        }
    }

    // In the inputs' own order, so that two requests with the same key are joined input by input.
    private static string Key(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string> outputs) => string.Join(
        '\n',
        [
            .. inputs.Select(input => string.Create(CultureInfo.InvariantCulture, $"{input.Name}:{string.Join(',', input.Shape.Skip(1))}")),
            "->",
            .. outputs,
        ]);
}
