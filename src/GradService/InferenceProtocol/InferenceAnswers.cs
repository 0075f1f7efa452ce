using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradService.InferenceProtocol;

/// <summary>Writes the small JSON answers of the protocol.</summary>
internal static class InferenceAnswers
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(JsonNode answer) => answer.ToJsonString(Readable);

    public static Task WriteAsync(HttpContext context, JsonNode answer) => WriteAsync(context, Text(answer));

    public static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
