using Microsoft.Extensions.Primitives;

namespace GradService.Hosting.Access;

/// <summary>
/// Headers that keep a browser from doing with the pages what they do not do themselves: scripts and styles of this service alone, nothing
/// in frames of others. Swagger UI needs inline styles, and draws its icons from data.
/// </summary>
internal static class PageHeaders
{
    private static readonly StringValues Policy = string.Join(
        "; ", "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'");

    private static readonly StringValues NoSniffing = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues Deny = "DENY";

    public static Task Add(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = NoSniffing;
        if (context.GetEndpoint() is null)
        {
            // A page or one of its files: routes answer no pages.
            headers.ContentSecurityPolicy = Policy;
            headers["Referrer-Policy"] = NoReferrer;
            headers.XFrameOptions = Deny;
        }

        return next(context);
    }
}
