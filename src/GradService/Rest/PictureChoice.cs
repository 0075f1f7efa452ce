using GradService.Catalog;
using GradService.Wire;
using Microsoft.Net.Http.Headers;

namespace GradService.Rest;

/// <summary>Numbers or a picture: what a request's <c>Accept</c> asks of an operation that can draw (RFC 9110, section 12.5.1).</summary>
internal static class PictureChoice
{
    private const string Json = "application/json";

    /// <summary>The media type of the picture to answer with; null for JSON, which is also what no <c>Accept</c> and <c>*/*</c> mean.</summary>
    /// <exception cref="BodyException">Nothing that the caller accepts can be made.</exception>
    public static string? Of(HttpRequest request, Operation operation)
    {
        if (operation is not IPictured pictured || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted) || accepted.Count == 0)
        {
            return null;
        }

        // Of those accepted with the same quality the one named outright comes first, and then JSON.
        (string? best, double quality, int exactness) = (null, 0, -1);
        foreach (string offered in (string[])[Json, .. pictured.PictureTypes])
        {
            var type = new MediaTypeHeaderValue(offered);
            MediaTypeHeaderValue? range = accepted.Where(type.IsSubsetOf).MaxBy(Exactness);
            double wanted = range?.Quality ?? (range is null ? 0 : 1);
            if (wanted > quality || (wanted == quality && wanted > 0 && Exactness(range!) > exactness))
            {
                (best, quality, exactness) = (offered, wanted, Exactness(range!));
            }
        }

        return best is null
            ? throw new BodyException("$", $"Accept: {request.Headers.Accept} was found; this operation answers {Json}, {string.Join(" or ", pictured.PictureTypes)}.", 406)
            : best == Json ? null : best;
    }

    private static int Exactness(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
