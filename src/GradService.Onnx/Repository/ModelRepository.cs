using System.Diagnostics.Metrics;
using GradService.Onnx.Running;
using GradService.Onnx.Telemetry;
using Microsoft.Extensions.Logging;

namespace GradService.Onnx.Repository;

/// <summary>
/// The models there are: those in a watched folder and those fetched by address. A version that is new or has been replaced is loaded beside
/// the old one, warmed up, and then takes its place; one that cannot be loaded leaves the old one serving. Safe for use by many threads.
/// </summary>
/// <remarks>
/// The folder is looked at again and again, which mounted volumes need, and a file is taken when it has stayed the same for a second. Whoever
/// writes a large file over a slow line should write it elsewhere on the same volume and rename it into its place.
/// </remarks>
public sealed class ModelRepository : IAsyncDisposable
{
    private const string MeterName = "GradService";
    private const int LooksOnStart = 3;
    private const int LooksOnLoad = 60;

    private readonly OnnxOptions _options;
    private readonly ILogger _logger;
    private readonly ModelSlots _slots;
    private readonly RemoteModels _remote;
    private readonly ModelLook _look;
    private readonly ModelInstruments _instruments;
    private readonly Meter? _ownMeter;
    private readonly SemaphoreSlim _looking = new(1);
    private readonly SemaphoreSlim _due = new(0);
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;
    private int _disposed;

    /// <summary>A repository that has not looked at its folder yet.</summary>
    /// <param name="options">The options.</param>
    /// <param name="logger">Receives what is loaded, replaced, refused and why.</param>
    /// <param name="meters">Where the meter <c>GradService</c> is got from; the repository has one of its own without.</param>
    /// <exception cref="ArgumentException">An option out of its bounds.</exception>
    public ModelRepository(OnnxOptions options, ILogger<ModelRepository> logger, IMeterFactory? meters = null)
    {
        OptionsCheck.Check(options);
        _options = options;
        _logger = logger;
        _ownMeter = meters is null ? new Meter(MeterName) : null;
        _instruments = new ModelInstruments(_ownMeter ?? meters!.Create(MeterName));
        _slots = new ModelSlots(status => Changed?.Invoke(this, status));
        _remote = new RemoteModels(options, logger, () => _due.Release());
        _look = new ModelLook(options, _slots, _remote, logger, _instruments);
        _instruments.Observe(_slots);
    }

    /// <summary>Raised after a version has begun to load, serves, is refused or is gone, with what it is now. Handlers must be quick and not throw.</summary>
    public event EventHandler<ModelVersionStatus>? Changed;

    /// <summary>The models and their versions at this moment, by name.</summary>
    public IReadOnlyList<ModelStatus> Models => _slots.Statuses;

    /// <summary>Whether the first look is done: every model in the folder then serves or has its reason why not. True when models are not served at all.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>
    /// Loads what is there and begins to watch. Models that have to be fetched come later. Does nothing when <see cref="OnnxOptions.Enabled"/> is false.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_options.Enabled)
        {
            await SettleAsync(null, LooksOnStart, cancellationToken).ConfigureAwait(false);
            _watching = WatchAsync();
        }

        IsStarted = true;
    }

    /// <summary>Holds a version for use.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="version">The version; null for the newest that serves.</param>
    /// <returns>The version, to be disposed after its last run.</returns>
    /// <exception cref="ModelException">Disabled, not found or unavailable.</exception>
    public OnnxModel Acquire(string name, int? version = null)
    {
        RequireEnabled();
        return _slots.Acquire(name, version);
    }

    /// <summary>Loads a model's versions, those that have changed or had failed, and takes back an <see cref="UnloadAsync"/>.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <exception cref="ModelException">Disabled, not found, or unavailable: a version cannot be loaded. Those that can be are loaded all the same.</exception>
    public async Task LoadAsync(string name, CancellationToken cancellationToken = default)
    {
        RequireEnabled();
        await _remote.FetchAsync(name).WaitAsync(cancellationToken).ConfigureAwait(false);
        await LookingAsync(() => Retry(name), cancellationToken).ConfigureAwait(false);
        bool isSettled = await SettleAsync(name, LooksOnLoad, cancellationToken).ConfigureAwait(false);
        string[] reasons = [.. _slots.Find(name).Status.Versions.Where(version => version.Reason is not null).Select(version => $"version {version.Version}: {version.Reason}")];
        if (reasons.Length > 0 || !isSettled)
        {
            throw new ModelException(ModelFault.Unavailable, $"Model '{name}' is not wholly loaded: {(isSettled ? string.Join(' ', reasons) : "its files are still being written.")}");
        }
    }

    /// <summary>Takes a model out of service until it is loaded by call. Runs that have begun end undisturbed.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <exception cref="ModelException">Disabled or not found.</exception>
    public async Task UnloadAsync(string name, CancellationToken cancellationToken = default)
    {
        RequireEnabled();
        await LookingAsync(() => Unload(_slots.Find(name), ModelSlot.UnloadedReason), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops watching and unloads everything. Versions that are held, and results, stay usable until they are disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await _remote.DisposeAsync().ConfigureAwait(false);
        await _looking.WaitAsync().ConfigureAwait(false);
        foreach (ModelSlot model in _slots.All)
        {
            Unload(model, "The service is stopping.");
        }

        _ownMeter?.Dispose();
    }

    private void RequireEnabled()
    {
        if (!_options.Enabled)
        {
            throw new ModelException(ModelFault.Disabled, "Exported models are not served here: Onnx:Enabled is false.");
        }
    }

    private void Retry(string name)
    {
        if (_slots.All.FirstOrDefault(model => model.Name == name) is not { } model)
        {
            return;
        }

        model.IsUnloaded = false;
        foreach (VersionSlot slot in model.Versions.Where(slot => slot.FileReason is not null))
        {
            _slots.Change(slot, slot => (slot.Tried, slot.IsLoading) = (null, true));
        }
    }

    private void Unload(ModelSlot model, string reason)
    {
        model.IsUnloaded = true;
        foreach (VersionSlot slot in model.Versions)
        {
            if (slot.Runner is not null)
            {
                _instruments.Unloaded(model.Name);
            }

            _slots.Change(slot, slot => (slot.Runner, slot.Manifest, slot.FileReason, slot.IsLoading, slot.Tried) = (null, null, reason, false, null));
        }
    }

    private async Task LookingAsync(Action act, CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Task.Run(act, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>Looks until nothing is being written any more, for a while at least.</summary>
    private async Task<bool> SettleAsync(string? name, int looks, CancellationToken cancellationToken)
    {
        for (int look = 0; look < looks; look++)
        {
            bool pending = false;
            await LookingAsync(() => pending = _look.Look(name), cancellationToken).ConfigureAwait(false);
            if (!pending)
            {
                return true;
            }

            await Task.Delay(_look.SettleTime, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private async Task WatchAsync()
    {
        bool pending = false;
        try
        {
            while (true)
            {
                TimeSpan rest = pending ? _look.SettleTime : _options.PollInterval == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _options.PollInterval;
                await _due.WaitAsync(rest, _stop.Token).ConfigureAwait(false);
                pending = await LookOnceAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> LookOnceAsync()
    {
        bool pending = false;
        try
        {
            await LookingAsync(() => pending = _look.Look(), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A defect of ours must not end the watching without a word.
            Log.LookFailed(_logger, exception);
        }

        return pending;
    }
}
