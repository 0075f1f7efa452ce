using GradService.Catalog;
using GradService.Hosting;
using GradService.Hosting.Access;
using GradService.Hosting.Admission;
using GradService.Hosting.Telemetry;
using GradService.Numerics.Tensors;
using GradService.Operations;
using GradService.Wire;

namespace GradService.Rest;

/// <summary>Maps <c>/v1</c>: every operation of the catalogue, the catalogue itself, and the gradient checks.</summary>
internal static class RestDoor
{
    public static void MapRest(this WebApplication app)
    {
        var catalog = app.Services.GetRequiredService<OperationCatalog>();
        var limits = app.Services.GetRequiredService<Limits>();
        var budget = app.Services.GetRequiredService<MemoryBudget>();
        var gate = app.Services.GetRequiredService<CpuGate>();
        foreach (Operation operation in catalog.All)
        {
            app.MapPost($"/v1/{operation.Name}", new OperationEndpoint(operation, limits, budget, gate).HandleAsync).WithMetadata(Needs.Of(Scopes.Compute), new Measured(Door.Rest, operation.Name));
            if (operation.HasGradients)
            {
                app.MapPost($"/v1/gradcheck/{operation.Name}", new GradcheckEndpoint(operation, limits, budget, gate).HandleAsync).WithMetadata(Needs.Of(Scopes.Compute), new Measured(Door.Gradcheck, operation.Name));
            }
        }

        app.MapCatalogue(catalog);
    }

    /// <summary>What to say of an address under <c>/v1</c> that leads nowhere.</summary>
    public static string Unknown(HttpContext context)
    {
        var catalog = context.RequestServices.GetRequiredService<OperationCatalog>();
        string path = context.Request.Path.Value!.TrimEnd('/');
        if (context.Request.Path.StartsWithSegments("/v1/models"))
        {
            return $"There is no {path}. GET /v1/models lists the models; each has POST /v1/models/{{name}}/segment and /evaluate.";
        }

        string[] prefixes = ["/v1/gradcheck/", "/v1/operations/", "/v1/"];
        string prefix = prefixes.FirstOrDefault(candidate => path.StartsWith(candidate, StringComparison.Ordinal)) ?? "/v1";
        string name = path[prefix.Length..];
        if (catalog.All.Any(operation => operation.Name == name))
        {
            return $"{name} has no gradients to check.";
        }

        string hint = NearestName.Question([.. catalog.All.Select(operation => operation.Name)], name, prefix);
        return $"There is no {path}.{hint} GET /v1/operations lists what there is.";
    }
}
