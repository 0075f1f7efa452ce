using GradService.Catalog;
using GradService.Hosting;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>The models of <c>/v2</c>, found by name and version.</summary>
internal sealed class ModelCatalog(IReadOnlyList<InferenceModel> models)
{
    private readonly Dictionary<string, InferenceModel> _byName = models.ToDictionary(model => model.Name, StringComparer.Ordinal);

    public IReadOnlyList<InferenceModel> All => models;

    /// <summary>The model that a request's route names.</summary>
    /// <exception cref="BodyException">404: there is no such model, or no such version of it.</exception>
    public InferenceModel Of(HttpContext context)
    {
        string name = (string)context.GetRouteValue("model")!;
        if (!_byName.TryGetValue(name, out InferenceModel? model))
        {
            string hint = NearestName.Among([.. _byName.Keys], name) is { } near ? $" Did you mean '{near}'?" : " GET /v2/models lists what there is.";
            throw new BodyException("$", $"Request for unknown model: '{name}' is not found.{hint}", StatusCodes.Status404NotFound);
        }

        if (context.GetRouteValue("version") is string version && version != model.Version)
        {
            throw new BodyException(
                "$",
                $"Request for unknown model: '{name}' version '{version}' is not found. It has version {model.Version}.",
                StatusCodes.Status404NotFound);
        }

        return model;
    }
}
