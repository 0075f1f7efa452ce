using System.Globalization;
using GradService.Onnx;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;
using GradService.Wire;

namespace GradService.Models;

/// <summary>The model that an address names.</summary>
internal static class ModelAddress
{
    public const string Name = "name";
    public const string Version = "version";

    /// <summary>Holds the model of <c>/v1/models/{name}</c>, in the version of <c>/versions/{version}</c> or the newest that serves.</summary>
    /// <exception cref="ModelException">Disabled, not found or unavailable.</exception>
    public static OnnxModel Acquire(HttpContext context, ModelRepository repository)
    {
        string name = (string)context.Request.RouteValues[Name]!;
        try
        {
            return Acquire(context, repository, name);
        }
        catch (ModelException exception) when (exception.Fault == ModelFault.NotFound && repository.Models is var models && models.All(model => model.Name != name))
        {
            throw Unknown(name, models);
        }
    }

    /// <summary>What is said of a name that no model has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="models">The models there are.</param>
    public static ModelException Unknown(string name, IReadOnlyList<ModelStatus> models)
    {
        string hint = NearestName.Question([.. models.Select(model => model.Name)], name);
        return new ModelException(ModelFault.NotFound, $"There is no model {name}.{hint} GET /v1/models lists what there is.");
    }

    private static OnnxModel Acquire(HttpContext context, ModelRepository repository, string name)
    {
        if (context.Request.RouteValues[Version] is not string version)
        {
            return repository.Acquire(name);
        }

        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? repository.Acquire(name, number)
            : throw new ModelException(ModelFault.NotFound, $"\"{version}\" is no version of {name}: versions are whole numbers from 1. GET /v1/models/{name} lists them.");
    }
}
