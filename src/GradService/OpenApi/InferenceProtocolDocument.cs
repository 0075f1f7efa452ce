using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>Documents the Open Inference Protocol under <c>/v2</c>, if the service maps it.</summary>
internal sealed class InferenceProtocolDocument(EndpointDataSource endpoints) : IDocumentFilter
{
    private readonly Fragment _fragment = Fragment.Read("inference-protocol");

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        bool mapped = endpoints.Endpoints
            .OfType<RouteEndpoint>()
            .Any(endpoint => $"/{endpoint.RoutePattern.RawText?.TrimStart('/')}/".StartsWith("/v2/", StringComparison.Ordinal));
        if (mapped)
        {
            _fragment.AddTo(swaggerDoc);
        }
    }
}
