using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using GradService.Hosting;
using GradService.Hosting.Telemetry;

namespace GradService.InferenceProtocol;

/// <summary>Errors of the inference protocol: <c>{"error": "..."}</c> with the JSON path of what is wrong before the sentence.</summary>
/// <remarks>Source: Open Inference Protocol, "Inference Response JSON Error Object".</remarks>
internal static class InferenceErrors
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A handler whose faults are answered here; what is no fault of the request goes on.</summary>
    public static RequestDelegate Guard(RequestDelegate handle) => async context =>
    {
        try
        {
            await handle(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (Fault.Of(exception) is { } fault)
        {
            await WriteAsync(context, fault).ConfigureAwait(false);
        }
    };

    /// <summary>Answers a fault, or breaks an answer off that has begun.</summary>
    public static Task WriteAsync(HttpContext context, Fault fault)
    {
        RequestMeasure.Fails(context, fault);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        // The protocol knows no 422: what makes no sense is as bad a request as what cannot be read.
        int status = fault.Status == StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : fault.Status;
        context.Response.StatusCode = status;
        if (fault.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        string message = fault.Path == "$" ? fault.Message : $"{fault.Path}: {fault.Message}";

        // Not context.RequestAborted: at the time limit it is cancelled already, and the answer is still owed.
        return context.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["error"] = message }, Readable, "application/json", CancellationToken.None);
    }
}
