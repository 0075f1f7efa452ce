using GradService.Onnx.Running;
using GradService.Onnx.Telemetry;
using Microsoft.Extensions.Logging;

namespace GradService.Onnx.Repository;

/// <summary>Looks at what lies on disk and brings what serves into line with it. One look at a time.</summary>
internal sealed class ModelLook(OnnxOptions options, ModelSlots slots, RemoteModels remote, ILogger logger, ModelInstruments instruments)
{
    private readonly ModelLoader _loader = new(options, logger, instruments);
    private readonly HashSet<string> _ignored = new(StringComparer.Ordinal);
    private bool _isUnreadable;

    /// <summary>How long files must stay as they are before they are taken: half written ones are not.</summary>
    public TimeSpan SettleTime { get; } = options.PollInterval > TimeSpan.Zero && options.PollInterval < TimeSpan.FromSeconds(1)
        ? options.PollInterval
        : TimeSpan.FromSeconds(1);

    /// <summary>Looks.</summary>
    /// <param name="only">The one model that it is about; null for all.</param>
    /// <returns>Whether something is still being written, so that another look is due after <see cref="SettleTime"/>.</returns>
    public bool Look(string? only = null)
    {
        List<FoundModel> found;
        try
        {
            found = Found();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_isUnreadable)
            {
                Log.Unreadable(logger, options.ModelRepository, exception.Message);
            }

            _isUnreadable = true;
            return false;
        }

        _isUnreadable = false;
        bool pending = false;
        FoundModel[] taken = [.. found.Where(model => !model.IsUnreadable && (only is null || model.Name == only))];
        foreach (FoundModel model in taken)
        {
            Announce(model, slots.Of(model.Name));
        }

        foreach (FoundModel model in taken)
        {
            pending |= Take(model, slots.Of(model.Name));
        }

        foreach (ModelSlot slot in slots.All.Where(slot => (only is null || slot.Name == only) && found.All(model => model.Name != slot.Name)))
        {
            pending |= TakeAway(slot, slot.Versions);
        }

        return pending;
    }

    private List<FoundModel> Found()
    {
        // A folder that was there and is not is more likely to come back than to have been meant.
        bool exists = Directory.Exists(options.ModelRepository);
        if (!exists && slots.All.Any(model => model.Versions.Any(version => version.Runner is not null)))
        {
            throw new DirectoryNotFoundException("It is not there any more.");
        }

        return remote.AddTo(exists ? ModelFolders.Find(options.ModelRepository, Ignore) : []);
    }

    private void Ignore(string folder, string reason)
    {
        if (_ignored.Add(folder))
        {
            Log.Ignored(logger, folder, reason);
        }
    }

    // Known, as loading, before the first of them is loaded: that may take minutes.
    private void Announce(FoundModel found, ModelSlot model)
    {
        foreach (FoundVersion version in found.Versions.Where(_ => !model.IsUnloaded))
        {
            slots.Of(model, version.Version);
        }
    }

    private bool Take(FoundModel found, ModelSlot model)
    {
        if (model.IsUnloaded)
        {
            return false;
        }

        bool pending = false;
        var manifest = new Lazy<ModelManifest?>(found.Manifest.Read);
        foreach (FoundVersion version in found.Versions)
        {
            pending |= Take(model, slots.Of(model, version.Version), version, found.Manifest.Stamp.Text, manifest);
        }

        return pending | TakeAway(model, model.Versions.Where(slot => found.Versions.All(version => version.Version != slot.Version)));
    }

    private bool Take(ModelSlot model, VersionSlot slot, FoundVersion found, string manifestStamp, Lazy<ModelManifest?> manifest)
    {
        bool isSettled = slot.IsSettled(found.Stamp, SettleTime, TimeProvider.System);
        if (found.Fetch is { } fetch)
        {
            SetReason(slot, fetch.Reason, !fetch.HasFailed);
            return false;
        }

        if (slot.HasChanged(found.Stamp.Text, manifestStamp))
        {
            return !isSettled || Load(model, slot, found, manifestStamp, manifest);
        }

        if (slot.TriedManifest != manifestStamp)
        {
            Refit(model, slot, manifestStamp, manifest);
        }

        return false;
    }

    private void SetReason(VersionSlot slot, string reason, bool isLoading)
    {
        if (slot.FileReason != reason)
        {
            slots.Change(slot, slot => (slot.FileReason, slot.IsLoading, slot.Tried) = (reason, isLoading, null));
        }
    }

    private bool Load(ModelSlot model, VersionSlot slot, FoundVersion found, string manifestStamp, Lazy<ModelManifest?> manifest)
    {
        slots.Change(slot, slot => slot.IsLoading = true);
        string reason;
        try
        {
            ModelRunner runner = _loader.Load(model.Name, found, manifest.Value);
            slots.Change(slot, slot =>
            {
                (slot.Runner, slot.Manifest, slot.IsLoading) = (runner, manifest.Value, false);
                (slot.FileReason, slot.ManifestReason, slot.Tried, slot.TriedManifest) = (null, null, found.Stamp.Text, manifestStamp);
            });
            instruments.Loaded(model.Name);
            Report(model, slot, runner.Description);
            return false;
        }
        catch (StillWrittenException)
        {
            return true;
        }
        catch (WrongHashException exception)
        {
            remote.Discard(found);
            reason = exception.Message;
        }
        catch (ModelException exception)
        {
            reason = exception.Message;
        }

        slots.Change(slot, slot => (slot.FileReason, slot.IsLoading, slot.Tried, slot.TriedManifest) = (reason, false, found.Stamp.Text, manifestStamp));
        instruments.FailedToLoad(model.Name);
        Report(model, slot, reason);
        return false;
    }

    private void Refit(ModelSlot model, VersionSlot slot, string manifestStamp, Lazy<ModelManifest?> manifest)
    {
        try
        {
            ModelLoader.Fit(manifest.Value, slot.Runner!.Description);
            slots.Change(slot, slot => (slot.Manifest, slot.ManifestReason, slot.TriedManifest) = (manifest.Value, null, manifestStamp));
        }
        catch (ModelException exception)
        {
            slots.Change(slot, slot => (slot.ManifestReason, slot.TriedManifest) = (exception.Message, manifestStamp));
            Report(model, slot, exception.Message);
        }
    }

    private bool TakeAway(ModelSlot model, IEnumerable<VersionSlot> gone)
    {
        bool pending = false;
        foreach (VersionSlot slot in gone)
        {
            if (slot.Runner is not null && !slot.IsSettled(FileStamp.None, SettleTime, TimeProvider.System))
            {
                pending = true;
                continue;
            }

            const string reason = "Its folder was removed.";
            if (slot.Runner is not null)
            {
                instruments.Unloaded(model.Name);
            }

            slots.Remove(model, slot);
            slots.Change(slot, slot => (slot.Runner, slot.Manifest, slot.FileReason, slot.IsLoading) = (null, null, reason, false));
            Log.Retired(logger, model.Name, slot.Version, reason);
        }

        return pending;
    }

    private void Report(ModelSlot model, VersionSlot slot, ModelDescription description)
    {
        Log.Serves(logger, model.Name, slot.Version, description.Provider);
        if (description.FallbackReason is { } reason)
        {
            Log.FellBack(logger, model.Name, slot.Version, options.Provider, description.Provider, reason);
        }
    }

    private void Report(ModelSlot model, VersionSlot slot, string reason)
    {
        if (slot.Runner is null)
        {
            Log.Refused(logger, model.Name, slot.Version, reason);
        }
        else
        {
            Log.ReplacementRefused(logger, model.Name, slot.Version, reason);
        }
    }
}
