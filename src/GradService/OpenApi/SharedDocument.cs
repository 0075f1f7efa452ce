using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.OpenApi;

/// <summary>Documents what every route shares: the forms of a tensor, and problems.</summary>
internal sealed class SharedDocument : IDocumentFilter
{
    private readonly Fragment _fragment = Fragment.Read("shared");

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => _fragment.AddTo(swaggerDoc);
}
