using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>Documents <c>GET /health/live</c> and <c>/health/ready</c>.</summary>
internal sealed class HealthDocument : IDocumentFilter
{
    private readonly Fragment _fragment = Fragment.Read("health");

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => _fragment.AddTo(swaggerDoc);
}
