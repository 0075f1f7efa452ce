using GradService.Onnx.Running;

namespace GradService.Onnx.Repository;

/// <summary>What is known of every model, for many threads to read and one at a time to change.</summary>
/// <param name="changed">Told of a version after it was changed.</param>
internal sealed class ModelSlots(Action<ModelVersionStatus> changed)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, ModelSlot> _models = new(StringComparer.Ordinal);

    public IReadOnlyList<ModelStatus> Statuses
    {
        get
        {
            lock (_lock)
            {
                return [.. _models.Values.Select(model => model.Status)];
            }
        }
    }

    /// <summary>Every version, and what serves of it.</summary>
    public IReadOnlyList<(string Name, int Version, ModelRunner? Runner)> Versions
    {
        get
        {
            lock (_lock)
            {
                return [.. _models.Values.SelectMany(model => model.Versions.Select(slot => (model.Name, slot.Version, slot.Runner)))];
            }
        }
    }

    public IReadOnlyList<ModelSlot> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _models.Values];
            }
        }
    }

    /// <summary>Holds a version that serves.</summary>
    /// <exception cref="ModelException">Not found or unavailable.</exception>
    public OnnxModel Acquire(string name, int? version)
    {
        lock (_lock)
        {
            return (_models.GetValueOrDefault(name) ?? throw NotFound(name)).Acquire(version);
        }
    }

    /// <exception cref="ModelException">Not found.</exception>
    public ModelSlot Find(string name)
    {
        lock (_lock)
        {
            return _models.GetValueOrDefault(name) ?? throw NotFound(name);
        }
    }

    public ModelSlot Of(string name)
    {
        lock (_lock)
        {
            if (!_models.TryGetValue(name, out ModelSlot? model))
            {
                _models[name] = model = new ModelSlot(name);
            }

            return model;
        }
    }

    public VersionSlot Of(ModelSlot model, int version)
    {
        lock (_lock)
        {
            return model.Of(version);
        }
    }

    /// <summary>Changes a version, and what serves of it if it is told another runner.</summary>
    public void Change(VersionSlot slot, Action<VersionSlot> change)
    {
        ModelRunner? before;
        ModelVersionStatus status;
        lock (_lock)
        {
            before = slot.Runner;
            change(slot);
            before = before == slot.Runner ? null : before;
            status = slot.Status;
        }

        before?.Lifetime.Release();
        changed(status);
    }

    public void Remove(ModelSlot model, VersionSlot slot)
    {
        lock (_lock)
        {
            model.Remove(slot.Version);
            if (model.Versions.Count == 0)
            {
                _models.Remove(model.Name);
            }
        }
    }

    private static ModelException NotFound(string name) =>
        new(ModelFault.NotFound, $"There is no model '{(name.Length > 128 ? name[..128] : name)}'.");
}
