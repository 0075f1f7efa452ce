using GradService.InferenceProtocol;
using GradService.Rest;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace GradService.Hosting;

/// <summary>Gives every error an answer in the form of the door that it came through.</summary>
internal static partial class ErrorAnswers
{
    public static void UseErrorAnswers(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = AnswerExceptionAsync, AllowStatusCode404Response = true });
        app.UseStatusCodePages(pages => AnswerStatusAsync(pages.HttpContext));
    }

    public static Task WriteAsync(HttpContext context, Fault fault) => context.Request.Path.StartsWithSegments("/v2")
        ? InferenceErrors.WriteAsync(context, fault)
        : Problems.WriteAsync(context, fault);

    private static Task AnswerExceptionAsync(HttpContext context)
    {
        Exception? exception = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        Fault fault = (exception is null ? null : Fault.Of(exception))
            ?? new Fault(StatusCodes.Status500InternalServerError, "$", "The service failed; this is a defect of ours. Its log has more under the trace id.");
        return WriteAsync(context, fault);
    }

    private static Task AnswerStatusAsync(HttpContext context)
    {
        int status = context.Response.StatusCode;
        string message = status switch
        {
            404 when context.Request.Path.StartsWithSegments("/v1") => RestDoor.Unknown(context),
            404 => $"There is no {context.Request.Path}. GET / shows what there is.",
            405 => $"{context.Request.Method} is not a method of {context.Request.Path}; allowed: {context.Response.Headers.Allow}.",
            _ => ReasonPhrases.GetReasonPhrase(status),
        };
        return WriteAsync(context, new Fault(status, "$", message));
    }
}
