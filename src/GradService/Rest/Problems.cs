using System.Diagnostics;
using GradService.Hosting;
using GradService.Hosting.Telemetry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace GradService.Rest;

/// <summary>Errors of the REST door: RFC 9457 problem details with a map from JSON path to messages.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>Answers a fault. Does nothing once an answer has begun: a broken-off answer is all that can then be told.</summary>
    public static Task WriteAsync(HttpContext context, Fault fault)
    {
        RequestMeasure.Fails(context, fault);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.StatusCode = fault.Status;
        if (fault.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var problem = new ProblemDetails
        {
            Type = Section(fault.Status),
            Title = ReasonPhrases.GetReasonPhrase(fault.Status),
            Status = fault.Status,
            Detail = fault.Path == "$" ? fault.Message : $"{fault.Path}: {fault.Message}",
            Extensions =
            {
                ["traceId"] = Activity.Current?.Id ?? context.TraceIdentifier,
                ["errors"] = new Dictionary<string, string[]> { [fault.Path] = [fault.Message] },
            },
        };

        // Not context.RequestAborted: at the time limit it is cancelled already, and the answer is still owed.
        return context.Response.WriteAsJsonAsync(problem, options: null, ContentType, CancellationToken.None);
    }

    // Where the status code is defined: RFC 9110, and RFC 6585 for 429.
    private static string Section(int status) => status switch
    {
        400 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1",
        401 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
        403 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4",
        404 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5",
        405 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6",
        406 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.7",
        408 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9",
        413 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14",
        415 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16",
        422 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.21",
        429 => "https://www.rfc-editor.org/rfc/rfc6585#section-4",
        503 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4",
        504 => "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.5",
        _ => "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.1",
    };
}
