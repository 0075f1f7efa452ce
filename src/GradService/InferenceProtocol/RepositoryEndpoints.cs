using System.Text.Json.Nodes;
using GradService.Hosting;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>The index of the models, and their loading and unloading, which is not offered: operations are always there.</summary>
/// <remarks>Source: Triton Inference Server, "Model Repository Extension".</remarks>
internal sealed class RepositoryEndpoints(ModelCatalog models, Limits limits, MemoryBudget budget)
{
    public void Map(WebApplication app)
    {
        app.MapPost("/v2/repository/index", InferenceErrors.Guard(IndexAsync));
        app.MapPost("/v2/repository/models/{model}/load", RefuseControlAsync);
        app.MapPost("/v2/repository/models/{model}/unload", RefuseControlAsync);
    }

    private async Task IndexAsync(HttpContext context)
    {
        using var scope = new TensorScope(budget);
        InferenceHeaders.RequireInference(context.Request);
        Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits).ConfigureAwait(false);
        CheckRequest(body.Span);
        await InferenceAnswers.WriteAsync(context, new JsonArray([.. models.All.Select(model => (JsonNode)new JsonObject
        {
            ["name"] = model.Name,
            ["version"] = model.Version,
            ["state"] = "READY",
            ["reason"] = string.Empty,
        })])).ConfigureAwait(false);
    }

    // All models are ready at all times, so {"ready": true} asks for all of them just as {} does.
    private void CheckRequest(ReadOnlySpan<byte> body)
    {
        var cursor = new JsonCursor(body, 0);
        if (cursor.NextToken() < 0)
        {
            return;
        }

        bool begun = false;
        int seen = 0;
        while (JsonMembers.NextName(ref cursor, ref begun, "$") is { } name)
        {
            if (name == "ready")
            {
                JsonMembers.Once(ref seen, 1, name, "$");
                JsonMembers.Flag(ref cursor, name);
            }
            else
            {
                JsonSkipper.Skip(ref cursor, limits.MaxJsonDepth - 1, "$");
            }
        }

        if (cursor.NextToken() >= 0)
        {
            throw cursor.Unexpected("$", "nothing after the closing brace of the request");
        }
    }

    private static Task RefuseControlAsync(HttpContext context) => InferenceErrors.WriteAsync(context, new Fault(
        StatusCodes.Status501NotImplemented,
        "$",
        $"explicit model load / unload is not allowed: model control is off. '{context.GetRouteValue("model")}' cannot be loaded or unloaded; the service's operations are loaded at all times."));
}
