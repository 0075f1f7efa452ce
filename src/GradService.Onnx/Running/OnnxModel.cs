using GradService.Onnx.Repository;

namespace GradService.Onnx.Running;

/// <summary>
/// A version of a model that is held while it is used: as long as this is not disposed, the version runs even when it has been replaced or
/// unloaded meanwhile. Safe for use by many threads.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    /// <summary>The model's name.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>The version, at least 1.</summary>
    public int Version => throw new NotImplementedException();

    /// <summary>What the ONNX file tells of itself.</summary>
    public ModelDescription Description => throw new NotImplementedException();

    /// <summary>What <c>model.json</c> says; null when there is none.</summary>
    public ModelManifest? Manifest => throw new NotImplementedException();

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">One tensor for each input, in any order. Their memory must stay as it is until the task has ended.</param>
    /// <param name="outputs">The names of the wanted outputs, in the order wanted, none twice; null for all in the file's order.</param>
    /// <param name="cancellationToken">Stops the run, or the wait for it.</param>
    /// <returns>The outputs, to be disposed when they have been sent.</returns>
    /// <exception cref="ModelException">Wrong input, busy, circuit open, timed out or failed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled; the run was stopped.</exception>
    public Task<ModelResult> RunAsync(IReadOnlyList<ModelInput> inputs, IReadOnlyList<string>? outputs = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Lets go of the version. Results of its runs stay readable until they are disposed themselves.</summary>
    public void Dispose() => throw new NotImplementedException();
}
