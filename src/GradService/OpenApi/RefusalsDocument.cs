using System.Text.RegularExpressions;
using GradService.Hosting.Access;
using GradService.Hosting.Admission;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>
/// Documents how a route refuses whoever may not use it or comes too often, from what the route itself needs. To be used after all that
/// document routes.
/// </summary>
internal sealed partial class RefusalsDocument(EndpointDataSource endpoints) : IDocumentFilter
{
    private readonly Fragment _fragment = Fragment.Read("refusals");

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        _fragment.AddTo(swaggerDoc);
        (string Key, Needs Needs)[] routes = [.. endpoints.Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route => Methods(route).Select(method => (Key: Key(method, route.RoutePattern.RawText!), Needs: route.Metadata.GetMetadata<Needs>() ?? Needs.TheMost)))];
        foreach ((string path, IOpenApiPathItem item) in swaggerDoc.Paths)
        {
            foreach ((HttpMethod method, OpenApiOperation operation) in item.Operations ?? [])
            {
                foreach ((_, Needs needs) in Routes(routes, Key(method.Method, path)))
                {
                    Add(operation.Responses ??= [], path, needs, swaggerDoc);
                }
            }
        }
    }

    // One path of the document may stand for many routes: {family}/{operation} for each operation's.
    private static IEnumerable<(string Key, Needs Needs)> Routes((string Key, Needs Needs)[] routes, string key)
    {
        (string, Needs)[] same = [.. routes.Where(route => route.Key == key)];
        if (same.Length > 0)
        {
            return same;
        }

        var pattern = new Regex($"^{Regex.Escape(key).Replace(@"\{}", "[^/]+", StringComparison.Ordinal)}$");
        return routes.Where(route => pattern.IsMatch(route.Key));
    }

    private static void Add(OpenApiResponses responses, string path, Needs route, OpenApiDocument document)
    {
        bool inference = path.StartsWith("/v2", StringComparison.Ordinal);
        if (!route.IsOpen)
        {
            responses.TryAdd("401", new OpenApiResponseReference(inference ? "InferenceUnauthorized" : "Unauthorized", document));
        }

        if (route.AsksForAScope)
        {
            responses.TryAdd("403", new OpenApiResponseReference(inference ? "InferenceForbidden" : "Forbidden", document));
        }

        if (RateLimits.IsCounted(path))
        {
            responses.TryAdd("429", new OpenApiResponseReference(inference ? "CallerOverRate" : "TooManyRequests", document));
            responses.TryAdd("503", new OpenApiResponseReference(inference ? "ModelUnavailable" : "ServiceUnavailable", document));
        }
    }

    private static IReadOnlyList<string> Methods(RouteEndpoint route) => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [HttpMethods.Get];

    // The document and the routes may name a parameter differently.
    private static string Key(string method, string path) => $"{method} /{Parameter().Replace(path, "{}").TrimStart('/')}";

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
