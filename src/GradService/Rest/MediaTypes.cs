using System.Net.Mime;
using GradService.Wire;
using Microsoft.Net.Http.Headers;

namespace GradService.Rest;

/// <summary>What a request body may be declared as.</summary>
internal static class MediaTypes
{
    public static void RequireJson(HttpRequest request)
    {
        string? declared = request.ContentType;
        if (declared != MediaTypeNames.Application.Json && (!MediaTypeHeaderValue.TryParse(declared, out MediaTypeHeaderValue? type) || !IsJson(type)))
        {
            string found = string.IsNullOrEmpty(declared) ? "No Content-Type" : $"Content-Type {declared}";
            throw new BodyException("$", $"{found} was found; expected application/json in UTF-8 (with curl: -H 'Content-Type: application/json').", 415);
        }
    }

    /// <summary>Whether a type is JSON in UTF-8.</summary>
    public static bool IsJson(MediaTypeHeaderValue type) =>
        (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
