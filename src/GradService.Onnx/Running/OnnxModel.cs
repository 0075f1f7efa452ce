using GradService.Onnx.Repository;

namespace GradService.Onnx.Running;

/// <summary>
/// A version of a model that is held while it is used: until this is disposed the version runs, even when it has been replaced or unloaded
/// meanwhile. Safe for use by many threads.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    private readonly ModelRunner _runner;
    private int _released;

    internal OnnxModel(ModelRunner runner, ModelManifest? manifest)
    {
        _runner = runner;
        Manifest = manifest;
    }

    /// <summary>The model's name.</summary>
    public string Name => _runner.Name;

    /// <summary>The version, at least 1.</summary>
    public int Version => _runner.Version;

    /// <summary>What the ONNX file tells of itself.</summary>
    public ModelDescription Description => _runner.Description;

    /// <summary>What <c>model.json</c> says; null when there is none.</summary>
    public ModelManifest? Manifest { get; }

    /// <summary>Refuses a run that there is no room for, before anything is spent on its inputs. One that passes may be refused later.</summary>
    /// <exception cref="ModelException">Busy: as many run and wait as may.</exception>
    public void RefuseIfFull() => _runner.RefuseIfFull();

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">One tensor for each input, in any order. Their memory must stay as it is until the task has ended.</param>
    /// <param name="outputs">The names of the wanted outputs, in the order wanted, none twice; null or empty for all in the file's order.</param>
    /// <param name="cancellationToken">Stops the run, or the wait for it.</param>
    /// <returns>The outputs, to be disposed when they have been sent.</returns>
    /// <exception cref="ModelException">Wrong input, busy, circuit open, timed out or failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled, and the run was stopped.</exception>
    /// <exception cref="ObjectDisposedException">This was disposed.</exception>
    public async Task<ModelResult> RunAsync(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string>? outputs = null, CancellationToken cancellationToken = default)
    {
        InputCheck.Inputs(Description, inputs);
        IReadOnlyList<string> wanted = InputCheck.Outputs(Description, outputs);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _released) != 0 || !_runner.Lifetime.TryHold(), this);
        try
        {
            return await _runner.RunAsync(inputs, wanted, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _runner.Lifetime.Release();
        }
    }

    /// <summary>Lets go of the version. Runs that have begun go on, and results stay readable until they are disposed themselves.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            _runner.Lifetime.Release();
        }
    }
}
