namespace GradService.Wire;

/// <summary>A body that cannot be read: where it is wrong, what was found there and what was expected.</summary>
/// <param name="path">The JSON path of the culprit, such as <c>logits[0][3]</c>; <c>$</c> for the body itself.</param>
/// <param name="message">A sentence for the caller: what was found, what was expected and, where one is likely, the fix.</param>
/// <param name="statusCode">400: not JSON, or a wrong kind of value; 413: over a limit; 422: well-formed, but it makes no sense.</param>
internal sealed class BodyException(string path, string message, int statusCode) : Exception(message)
{
    /// <summary>Not JSON, an unknown or duplicate member, or a wrong kind of value.</summary>
    public const int Malformed = 400;

    /// <summary>More depth, text or elements than the limits allow.</summary>
    public const int OverLimit = 413;

    /// <summary>Well-formed, but shapes or ranges make no sense.</summary>
    public const int Senseless = 422;

    /// <summary>The JSON path of the culprit; <c>$</c> for the body itself.</summary>
    public string Path { get; } = path;

    /// <summary>The HTTP status that fits: 400, 413 or 422.</summary>
    public int StatusCode { get; } = statusCode;
}
