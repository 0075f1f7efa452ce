using GradService.Wire;
using Microsoft.Net.Http.Headers;

namespace GradService.Rest;

/// <summary>The form of an answer that a request's <c>Accept</c> asks for (RFC 9110, section 12.5.1).</summary>
internal static class AcceptedType
{
    /// <summary>The media type to answer with.</summary>
    /// <param name="request">The request.</param>
    /// <param name="offered">What can be answered; the first is what no <c>Accept</c> and <c>*/*</c> mean.</param>
    /// <exception cref="BodyException">Nothing that the caller accepts can be made.</exception>
    public static string Of(HttpRequest request, IReadOnlyList<string> offered)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted) || accepted.Count == 0)
        {
            return offered[0];
        }

        // Of those accepted with the same quality the one named outright comes first, and then the one offered first.
        (string? best, double quality, int exactness) = (null, 0, -1);
        foreach (string offer in offered)
        {
            var type = new MediaTypeHeaderValue(offer);
            MediaTypeHeaderValue? range = accepted.Where(type.IsSubsetOf).MaxBy(Exactness);
            double wanted = range?.Quality ?? (range is null ? 0 : 1);
            if (wanted > quality || (wanted == quality && wanted > 0 && Exactness(range!) > exactness))
            {
                (best, quality, exactness) = (offer, wanted, Exactness(range!));
            }
        }

        return best ?? throw new BodyException("$", $"Accept: {request.Headers.Accept} was found; this answers {List(offered)}.", 406);
    }

    private static string List(IReadOnlyList<string> offered) =>
        offered.Count == 1 ? offered[0] : $"{string.Join(", ", offered.SkipLast(1))} or {offered[^1]}";

    private static int Exactness(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
