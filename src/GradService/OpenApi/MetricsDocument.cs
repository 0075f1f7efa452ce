using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>Documents <c>GET /metrics</c>.</summary>
internal sealed class MetricsDocument : IDocumentFilter
{
    private readonly Fragment _fragment = Fragment.Read("metrics");

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => _fragment.AddTo(swaggerDoc);
}
