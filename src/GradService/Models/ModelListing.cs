using System.Text.Json.Nodes;
using GradService.Hosting;
using GradService.Onnx;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;
using GradService.Rest;

namespace GradService.Models;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{name}</c>: what models there are, whether they serve, and what they take.</summary>
internal sealed class ModelListing(ModelRepository repository, OnnxOptions options)
{
    public Task ListAsync(HttpContext context) => AnswerAsync(context, () => new JsonObject
    {
        ["models"] = new JsonArray([.. Models().Select(model => (JsonNode)Summary(model))]),
    });

    public Task DescribeAsync(HttpContext context) => AnswerAsync(context, () =>
    {
        string name = (string)context.Request.RouteValues[ModelAddress.Name]!;
        IReadOnlyList<ModelStatus> models = Models();
        ModelStatus model = models.FirstOrDefault(model => model.Name == name) ?? throw ModelAddress.Unknown(name, models);
        JsonObject entry = Summary(model);
        if (model.Default is { Description: { } description } version)
        {
            entry["inputs"] = Tensors(description.Inputs);
            entry["outputs"] = Tensors(description.Outputs);
            entry["properties"] = new JsonObject(description.Properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)property.Value)));
            Describe(entry, version, description);
        }

        return entry;
    });

    private static async Task AnswerAsync(HttpContext context, Func<JsonObject> answer)
    {
        try
        {
            await ModelAnswer.WriteAsync(context, answer()).ConfigureAwait(false);
        }
        catch (ModelException exception)
        {
            await Problems.WriteAsync(context, Fault.Of(exception)!).ConfigureAwait(false);
        }
    }

    private IReadOnlyList<ModelStatus> Models() => options.Enabled
        ? repository.Models
        : throw new ModelException(ModelFault.Disabled, "No models are served: Onnx:Enabled is false. The operations under /v1/{family} are not affected.");

    private static JsonObject Summary(ModelStatus model)
    {
        ModelVersionStatus? shown = model.Default;
        var entry = new JsonObject
        {
            ["name"] = model.Name,
            ["version"] = shown?.Version,
            ["task"] = shown?.Manifest?.Task?.ToString().ToLowerInvariant(),
            ["description"] = shown?.Manifest?.Description ?? (shown?.Description?.Description is { Length: > 0 } prose ? prose : null),
            ["licence"] = shown?.Manifest?.Licence,
            ["provider"] = shown?.Description?.Provider.ToString().ToLowerInvariant(),
            ["versions"] = new JsonArray([.. model.Versions.Select(version => (JsonNode)Version(version))]),
        };
        foreach (string empty in entry.Where(member => member.Value is null).Select(member => member.Key).ToArray())
        {
            entry.Remove(empty);
        }

        return entry;
    }

    private static JsonObject Version(ModelVersionStatus version)
    {
        var entry = new JsonObject { ["version"] = version.Version, ["state"] = version.State.ToString().ToLowerInvariant() };
        if (version.Reason is { } reason)
        {
            entry["reason"] = reason;
        }

        return entry;
    }

    // What it takes to segment: or why it does not.
    private static void Describe(JsonObject entry, ModelVersionStatus version, ModelDescription description)
    {
        try
        {
            PictureModel takes = PictureModel.Of(version.Name, description, version.Manifest);
            entry["picture"] = new JsonObject
            {
                ["input"] = takes.InputName,
                ["output"] = takes.OutputName,
                ["size"] = takes.Size.IsDynamic ? "dynamic" : new JsonArray(takes.Size.Height, takes.Size.Width),
                ["stride"] = takes.Manifest.Stride,
                ["max_side"] = takes.Manifest.MaxSide,
            };
            int classes = takes.IsBinary ? 2 : takes.Manifest.ClassNames?.Count ?? takes.Manifest.Palette?.Count ?? 0;
            (IReadOnlyList<string> names, IReadOnlyList<Rgb> colours) = (takes.ClassNames(classes), takes.Colours(classes));
            entry["classes"] = new JsonArray([.. Enumerable.Range(0, classes).Select(c => (JsonNode)new JsonObject
            {
                ["class"] = c,
                ["name"] = names[c],
                ["colour"] = colours[c].ToString(),
                ["weight"] = takes.Manifest.ClassWeights?[c] ?? 1,
            })]);
        }
        catch (ModelException exception)
        {
            entry["reason"] = exception.Message;
        }
    }

    private static JsonArray Tensors(IReadOnlyList<TensorSpec> specs) => [.. specs.Select(spec => (JsonNode)new JsonObject
    {
        ["name"] = spec.Name,
        ["datatype"] = spec.Datatype.ToString(),
        ["shape"] = spec.Dimensions is { } axes ? new JsonArray([.. axes.Select(axis => (JsonNode)axis)]) : null,
    })];
}
