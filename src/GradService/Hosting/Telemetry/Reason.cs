namespace GradService.Hosting.Telemetry;

/// <summary>Why a request did not get its result, in the words of Triton's <c>nv_inference_request_failure</c>.</summary>
internal static class Reason
{
    /// <summary>Refused before its work began.</summary>
    public const string Rejected = "REJECTED";

    /// <summary>Its work was stopped.</summary>
    public const string Canceled = "CANCELED";

    /// <summary>The runtime of an exported model failed.</summary>
    public const string Backend = "BACKEND";

    /// <summary>The request is wrong, or the service.</summary>
    public const string Other = "OTHER";

    /// <summary>The reason of an answer that is an error.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="isBackend">Whether an exported model failed.</param>
    public static string Of(int status, bool isBackend) => status switch
    {
        _ when isBackend => Backend,
        StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => Rejected,
        StatusCodes.Status499ClientClosedRequest or StatusCodes.Status504GatewayTimeout => Canceled,
        _ => Other,
    };
}
