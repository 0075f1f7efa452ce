using GradService.Onnx.Running;

namespace GradService.Onnx.Repository;

/// <summary>What is known of one model. The repository's lock guards it.</summary>
internal sealed class ModelSlot(string name)
{
    public const string UnloadedReason = "It was unloaded; load it to have it serve again.";

    private readonly SortedDictionary<int, VersionSlot> _versions = [];

    public string Name => name;

    /// <summary>Whether it was unloaded by call, and stays so whatever happens on disk.</summary>
    public bool IsUnloaded { get; set; }

    public IReadOnlyList<VersionSlot> Versions => [.. _versions.Values];

    public ModelStatus Status => new(name, [.. _versions.Values.Select(slot => slot.Status)]);

    public VersionSlot Of(int version)
    {
        if (!_versions.TryGetValue(version, out VersionSlot? slot))
        {
            _versions[version] = slot = new VersionSlot(name, version);
        }

        return slot;
    }

    public void Remove(int version) => _versions.Remove(version);

    /// <summary>Holds a version that serves.</summary>
    /// <exception cref="ModelException">Not found or unavailable.</exception>
    public OnnxModel Acquire(int? version)
    {
        VersionSlot? slot = version is { } number
            ? _versions.GetValueOrDefault(number) ?? throw NoVersion(number)
            : _versions.Values.LastOrDefault(slot => slot.Runner is not null);
        if (slot?.Runner is { } runner && runner.Lifetime.TryHold())
        {
            return new OnnxModel(runner, slot.Manifest);
        }

        throw new ModelException(ModelFault.Unavailable, Unavailable(slot ?? _versions.Values.LastOrDefault()));
    }

    private ModelException NoVersion(int version)
    {
        string versions = _versions.Count == 0 ? "It has none." : $"It has {string.Join(", ", _versions.Keys)}.";
        return new ModelException(ModelFault.NotFound, $"Model '{name}' has no version {version}. {versions}");
    }

    private string Unavailable(VersionSlot? slot) => slot switch
    {
        null => $"Model '{name}' has no version: there is no folder {name}/1 with a {ModelFolders.FileName} in it.",
        { IsLoading: true } => $"Model '{name}' version {slot.Version} is being loaded. {slot.Reason}".TrimEnd(),
        _ => $"Model '{name}' version {slot.Version} is not served: {slot.Reason}",
    };
}
