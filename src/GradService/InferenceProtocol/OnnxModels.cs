using System.Collections.Concurrent;
using System.Globalization;
using GradService.Onnx;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.InferenceProtocol;

/// <summary>The models of the repository in the protocol's terms.</summary>
internal sealed class OnnxModels(ModelRepository repository, OnnxOptions options)
{
    // Kept when a version is replaced or unloaded: they count since the start.
    private readonly ConcurrentDictionary<(string Name, int Version), ModelStatistics> _statistics = new();

    /// <summary>Every version of every model, in whatever state.</summary>
    public IEnumerable<ModelVersion> All => repository.Models.SelectMany(NewestFirst);

    /// <summary>A sentence on why there are no such models, to follow another; empty when they are served.</summary>
    public string WhyNone => options.Enabled ? string.Empty : " Exported models are not served: the setting Onnx:Enabled is false.";

    /// <summary>The versions of a model, the newest first; none for a name that is not known.</summary>
    public IReadOnlyList<ModelVersion> VersionsOf(string name) =>
        repository.Models.FirstOrDefault(model => model.Name == name) is { } found ? [.. NewestFirst(found)] : [];

    /// <summary>Holds a version for a request; null when there is none that is ready.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version as written in the address; null for the newest that is ready.</param>
    public InferenceModel? Hold(string name, string? version)
    {
        int? number = null;
        if (version is not null)
        {
            // Only the way that the index writes it: 01 is not 1.
            if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) || Text(parsed) != version)
            {
                return null;
            }

            number = parsed;
        }

        try
        {
            OnnxModel held = repository.Acquire(name, number);
            return new OnnxInferenceModel(held, StatisticsOf(name, held.Version));
        }
        catch (ModelException exception) when (exception.Fault is ModelFault.Disabled or ModelFault.NotFound or ModelFault.Unavailable)
        {
            return null;
        }
    }

    private IEnumerable<ModelVersion> NewestFirst(ModelStatus model) => model.Versions.Reverse().Select(version => new ModelVersion(
        model.Name,
        Text(version.Version),
        version.State.ToString().ToUpperInvariant(),
        version.Reason ?? string.Empty,
        StatisticsOf(model.Name, version.Version)));

    private ModelStatistics StatisticsOf(string name, int version) => _statistics.GetOrAdd((name, version), _ => new ModelStatistics());

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);
}
