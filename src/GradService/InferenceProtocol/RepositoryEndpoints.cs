using System.Text.Json.Nodes;
using GradService.Hosting;
using GradService.Hosting.Access;
using GradService.Numerics.Tensors;
using GradService.Onnx;
using GradService.Onnx.Repository;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>The index of the models, and, where it is allowed, their loading and unloading. Operations are always there.</summary>
/// <remarks>Source: Triton Inference Server, "Model Repository Extension".</remarks>
internal sealed class RepositoryEndpoints(ModelCatalog models, ModelRepository repository, bool allowsControl, Limits limits, MemoryBudget budget)
{
    private delegate void BodyCheck(ReadOnlySpan<byte> body);

    private readonly RepositoryRequest _requests = new(limits.MaxJsonDepth);

    public void Map(WebApplication app)
    {
        app.MapPost("/v2/repository/index", InferenceErrors.Guard(IndexAsync)).WithMetadata(Needs.AnyKey);
        MapControl(app, "load", _requests.CheckLoad, LoadAsync);
        MapControl(app, "unload", _requests.CheckUnload, repository.UnloadAsync);
    }

    private async Task IndexAsync(HttpContext context)
    {
        bool readyAlone = false;
        await ReadAsync(context, body => readyAlone = _requests.ReadyAlone(body)).ConfigureAwait(false);
        await InferenceAnswers.WriteAsync(context, new JsonArray(
        [
            .. models.All.Where(version => version.IsReady || !readyAlone).Select(version => (JsonNode)new JsonObject
            {
                ["name"] = version.Name,
                ["version"] = version.Version,
                ["state"] = version.State,
                ["reason"] = version.Reason,
            }),
        ])).ConfigureAwait(false);
    }

    private void MapControl(WebApplication app, string what, BodyCheck check, Func<string, CancellationToken, Task> control) =>
        app.MapPost($"/v2/repository/models/{{model}}/{what}", InferenceErrors.Guard(async context =>
        {
            string name = (string)context.GetRouteValue("model")!;
            RefuseUnlessControlled(name);
            await ReadAsync(context, check).ConfigureAwait(false);
            try
            {
                await control(name, context.RequestAborted).ConfigureAwait(false);
            }
            catch (ModelException exception) when (exception.Fault is ModelFault.NotFound or ModelFault.Disabled)
            {
                throw models.Unknown(name);
            }

            await InferenceAnswers.WriteAsync(context, "{}").ConfigureAwait(false);
        })).WithMetadata(Needs.Of(Scopes.ModelsAdmin));

    private async Task LoadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await repository.LoadAsync(name, cancellation).ConfigureAwait(false);
        }
        catch (ModelException exception) when (exception.Fault == ModelFault.Unavailable)
        {
            // As with Triton: what cannot be loaded is a bad request to load it.
            throw new BodyException("$", $"failed to load '{name}': {exception.Message}", BodyException.Malformed);
        }
    }

    private void RefuseUnlessControlled(string name)
    {
        bool isOperation = models.IsAlways(name);
        if (!allowsControl)
        {
            string why = isOperation
                ? "the service's operations are loaded at all times."
                : "set Onnx:AllowModelControl on the service to allow it. A folder that changes is loaded without being told.";
            throw new BodyException("$", $"explicit model load / unload is not allowed: model control is off. '{name}' cannot be loaded or unloaded; {why}", StatusCodes.Status501NotImplemented);
        }

        if (isOperation)
        {
            throw new BodyException("$", $"'{name}' is an operation: it cannot be loaded or unloaded; the service's operations are loaded at all times.", BodyException.Malformed);
        }
    }

    private async Task ReadAsync(HttpContext context, BodyCheck check)
    {
        using var scope = new TensorScope(budget);
        InferenceHeaders.RequireInference(context.Request);
        check((await BodyReader.ReadAsync(context, scope, limits).ConfigureAwait(false)).Span);
    }
}
