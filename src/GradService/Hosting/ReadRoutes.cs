namespace GradService.Hosting;

/// <summary>Routes that change nothing: GET, and HEAD, which is answered as GET is but without the body (RFC 9110, section 9.3.2).</summary>
internal static class ReadRoutes
{
    /// <summary>The methods of such a route.</summary>
    public static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps such a route.</summary>
    public static IEndpointConventionBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handle) =>
        routes.MapMethods(pattern, Methods, handle);
}
