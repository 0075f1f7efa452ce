using GradService.Onnx.Running;

namespace GradService.Onnx.Repository;

/// <summary>What is known of one version: what serves, what was last tried, what was last seen. The repository's lock guards it.</summary>
internal sealed class VersionSlot(string name, int version)
{
    private string? _seen;
    private long _seenSince;

    public int Version => version;

    /// <summary>What serves; null when nothing does.</summary>
    public ModelRunner? Runner { get; set; }

    public ModelManifest? Manifest { get; set; }

    public bool IsLoading { get; set; } = true;

    /// <summary>Why the files last tried were not taken.</summary>
    public string? FileReason { get; set; }

    /// <summary>Why the manifest last tried was not taken by the version that serves.</summary>
    public string? ManifestReason { get; set; }

    public string? Reason => FileReason ?? ManifestReason;

    /// <summary>The files that were loaded, or could not be; null to try whatever is there.</summary>
    public string? Tried { get; set; }

    /// <summary>The manifest that was taken, or was not.</summary>
    public string? TriedManifest { get; set; }

    /// <summary>Whether files and manifest are not those that were last tried.</summary>
    public bool HasChanged(string files, string manifest) => Tried != files || (FileReason is not null && TriedManifest != manifest);

    public ModelVersionStatus Status => new()
    {
        Name = name,
        Version = version,
        State = Runner is not null ? ModelState.Ready : IsLoading ? ModelState.Loading : ModelState.Unavailable,
        Reason = Reason,
        Description = Runner?.Description,
        Manifest = Manifest,
    };

    /// <summary>Whether files, or their absence, have been the same for long enough to be taken for what is meant.</summary>
    /// <param name="stamp">The files as they are now.</param>
    /// <param name="settleTime">How long that is.</param>
    /// <param name="clock">Tells the time.</param>
    public bool IsSettled(FileStamp stamp, TimeSpan settleTime, TimeProvider clock)
    {
        if (stamp.Text != _seen)
        {
            _seen = stamp.Text;
            _seenSince = clock.GetTimestamp();
        }

        // A file that was last written long ago is complete at first sight, unless the clock that wrote it runs behind.
        return clock.GetElapsedTime(_seenSince) >= settleTime || (stamp.Text.Length > 0 && clock.GetUtcNow().UtcDateTime - stamp.LastWritten > 2 * settleTime);
    }
}
