using GradService.Onnx;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>The models of <c>/v2</c>, found by name and version: those that are always there, and those of the repository, which come and go.</summary>
internal sealed class ModelCatalog(IReadOnlyList<InferenceModel> always, OnnxModels onnx)
{
    private readonly Dictionary<string, InferenceModel> _always = always.ToDictionary(model => model.Name, StringComparer.Ordinal);

    /// <summary>Every version of every model, in whatever state.</summary>
    public IEnumerable<ModelVersion> All => always.Select(ModelVersion.Always).Concat(onnx.All.Select(version => IsAlways(version.Name)
        ? version with { State = "UNAVAILABLE", Reason = "An operation has this name; give the model's folder another." }
        : version));

    /// <summary>The names of the models that take requests.</summary>
    public IEnumerable<string> ReadyNames => All.Where(version => version.IsReady).Select(version => version.Name).Distinct(StringComparer.Ordinal);

    /// <summary>Whether a model is always there, whatever the repository holds.</summary>
    public bool IsAlways(string name) => _always.ContainsKey(name);

    /// <summary>The model that a request's route names, held: the newest version that is ready, or the one it pins.</summary>
    /// <exception cref="BodyException">404: there is no such model, or no such version of it.</exception>
    /// <exception cref="ModelException">There is, and it is not ready.</exception>
    public InferenceModel Hold(HttpContext context)
    {
        string name = NameOf(context);
        string? pinned = (string?)context.GetRouteValue("version");
        if (_always.TryGetValue(name, out InferenceModel? model))
        {
            return pinned is null || pinned == model.Version ? model : throw UnknownVersion(name, pinned, [ModelVersion.Always(model)]);
        }

        return onnx.Hold(name, pinned) ?? throw NotReady(VersionsOf(context));
    }

    /// <summary>The versions that a request's route names, the newest first: all of the model's, or the one it pins.</summary>
    /// <exception cref="BodyException">404: there is no such model, or no such version of it.</exception>
    public IReadOnlyList<ModelVersion> VersionsOf(HttpContext context)
    {
        string name = NameOf(context);
        IReadOnlyList<ModelVersion> versions = VersionsOf(name);
        if (versions.Count == 0)
        {
            throw Unknown(name);
        }

        if (context.GetRouteValue("version") is not string pinned)
        {
            return versions;
        }

        return versions.FirstOrDefault(version => version.Version == pinned) is { } one ? [one] : throw UnknownVersion(name, pinned, versions);
    }

    /// <summary>The versions of a model that are ready, the newest first.</summary>
    public IReadOnlyList<string> ReadyVersionsOf(string name) => [.. VersionsOf(name).Where(version => version.IsReady).Select(version => version.Version)];

    /// <summary>What is answered of a name that nobody has.</summary>
    public BodyException Unknown(string name)
    {
        string[] names = [.. All.Select(version => version.Name).Distinct(StringComparer.Ordinal)];
        string hint = NearestName.Among(names, name) is { } near ? $"Did you mean '{near}'?" : "GET /v2/models lists what there is.";
        return new BodyException("$", $"Request for unknown model: '{name}' is not found. {hint}{onnx.WhyNone}", StatusCodes.Status404NotFound);
    }

    private static string NameOf(HttpContext context) => (string)context.GetRouteValue("model")!;

    private static BodyException UnknownVersion(string name, string pinned, IReadOnlyList<ModelVersion> versions) => new(
        "$",
        $"Request for unknown model: '{name}' version '{pinned}' is not found. It has {(versions.Count == 1 ? "version" : "versions")} {string.Join(", ", versions.Select(version => version.Version))}.",
        StatusCodes.Status404NotFound);

    private static ModelException NotReady(IReadOnlyList<ModelVersion> versions) =>
        new(ModelFault.Unavailable, $"Model '{versions[0].Name}' is not ready. {string.Join(" ", versions.Select(version => version.Told))}");

    private IReadOnlyList<ModelVersion> VersionsOf(string name) => _always.TryGetValue(name, out InferenceModel? model) ? [ModelVersion.Always(model)] : onnx.VersionsOf(name);
}
