using GradService.Catalog;
using GradService.Wire;

namespace GradService.Rest;

/// <summary>Numbers or a picture: what a request asks of an operation that can draw.</summary>
internal static class PictureChoice
{
    private const string Json = "application/json";

    /// <summary>The media type of the picture to answer with; null for JSON, which is also what no <c>Accept</c> and <c>*/*</c> mean.</summary>
    /// <exception cref="BodyException">Nothing that the caller accepts can be made.</exception>
    public static string? Of(HttpRequest request, Operation operation) =>
        operation is IPictured pictured && AcceptedType.Of(request, [Json, .. pictured.PictureTypes]) is var type and not Json ? type : null;
}
