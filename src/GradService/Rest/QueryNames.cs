using GradService.Hosting;
using GradService.Wire;

namespace GradService.Rest;

/// <summary>The query parameters that a route reads: endpoint metadata. A route without it reads none.</summary>
internal sealed record QueryNames(IReadOnlyList<string> Names)
{
    /// <summary>Refuses a parameter that the route does not read: it is misspelt, and would be ignored. Clients of <c>/v2</c> may send what they like.</summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.QueryString.HasValue || !context.Request.Path.StartsWithSegments("/v1") || context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(context);
        }

        IReadOnlyList<string> names = endpoint.Metadata.GetMetadata<QueryNames>()?.Names ?? [];
        return context.Request.Query.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown
            ? ErrorAnswers.WriteAsync(context, new Fault(StatusCodes.Status400BadRequest, "$", Message(unknown, names)))
            : next(context);
    }

    private static string Message(string unknown, IReadOnlyList<string> names)
    {
        string known = names.Count == 0 ? "none: everything goes in the body" : string.Join(" and ", names);
        return $"?{unknown} was found in the address; the query parameters here are {known}.{NearestName.Question(names, unknown)}";
    }
}
