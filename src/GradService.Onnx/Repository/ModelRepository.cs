using GradService.Onnx.Running;
using Microsoft.Extensions.Logging;

namespace GradService.Onnx.Repository;

/// <summary>The models there are: those in a watched folder and those fetched by address. Safe for use by many threads.</summary>
public sealed class ModelRepository : IAsyncDisposable
{
    /// <summary>A repository that has not looked at its folder yet.</summary>
    /// <param name="options">The options.</param>
    /// <param name="logger">Receives what is loaded, replaced, refused and why.</param>
    /// <exception cref="ArgumentException">An option out of its bounds.</exception>
    public ModelRepository(OnnxOptions options, ILogger<ModelRepository> logger) => throw new NotImplementedException();

    /// <summary>Raised after a version has begun to load, serves, is refused or is gone, with what it is now. Handlers must be quick.</summary>
    public event EventHandler<ModelVersionStatus>? Changed
    {
        add => throw new NotImplementedException();
        remove => throw new NotImplementedException();
    }

    /// <summary>The models and their versions at this moment, by name.</summary>
    public IReadOnlyList<ModelStatus> Models => throw new NotImplementedException();

    /// <summary>Whether the first look is done: every model found then serves or has its reason why not.</summary>
    public bool Started => throw new NotImplementedException();

    /// <summary>Loads what is there and begins to watch. Does nothing when <see cref="OnnxOptions.Enabled"/> is false.</summary>
    /// <param name="cancellationToken">Stops the loading.</param>
    public Task StartAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Holds a version for use.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="version">The version; null for the newest that serves.</param>
    /// <returns>The version, to be disposed after its last run.</returns>
    /// <exception cref="ModelException">Disabled, not found or unavailable.</exception>
    public OnnxModel Acquire(string name, int? version = null) => throw new NotImplementedException();

    /// <summary>Loads a model's versions, or those that have changed, and takes back an <see cref="UnloadAsync"/>.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <exception cref="ModelException">Disabled, not found, or a version that cannot be loaded (unavailable).</exception>
    public Task LoadAsync(string name, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Takes a model out of service until it is loaded by call again. Runs that have begun end undisturbed.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <exception cref="ModelException">Disabled or not found.</exception>
    public Task UnloadAsync(string name, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Stops watching and unloads everything.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
