using System.Text.Json;

namespace GradService.Fuzzing.Http;

/// <summary>An answer as it came.</summary>
/// <param name="Status">The status; 0 for a connection that was closed without one.</param>
/// <param name="Type">The media type.</param>
/// <param name="RetryAfter">Whether it says when to try again.</param>
/// <param name="Body">The body.</param>
internal sealed record Answer(int Status, string? Type, bool RetryAfter, byte[] Body);

/// <summary>What every answer must be, whatever was sent.</summary>
internal static class AnswerCheck
{
    private static readonly HashSet<int> Refusals = [400, 404, 405, 406, 413, 415, 422];

    /// <summary>What is wrong with an answer; null for nothing.</summary>
    public static string? Wrong(Case sent, Answer answer)
    {
        if (sent.ClaimedLength is not null)
        {
            // The server itself may end such a connection, or answer before it has read all.
            return answer.Status is 0 or (>= 200 and < 500) or 503 ? null : $"status {answer.Status}";
        }

        if (answer.Status == 200)
        {
            return answer.Type?.StartsWith("application/json", StringComparison.Ordinal) == true && !IsJson(answer.Body) ? "200 with something else than JSON" : null;
        }

        if (sent.IsRight && !(answer.Status == 501 && IsModelControl(sent)))
        {
            return $"a right request was answered {answer.Status}";
        }

        bool allowed = Refusals.Contains(answer.Status) || (answer.Status is 429 or 503 && answer.RetryAfter) || answer.Status == 504 || (answer.Status == 501 && IsModelControl(sent));
        return !allowed ? $"status {answer.Status}{(answer.Status == 503 ? " without Retry-After" : string.Empty)}" : WrongError(sent, answer);
    }

    private static bool IsModelControl(Case sent) => sent.Path.StartsWith("/v2/repository/models/", StringComparison.Ordinal);

    private static string? WrongError(Case sent, Answer answer)
    {
        if (!IsJson(answer.Body))
        {
            return $"{answer.Status} without a JSON body";
        }

        using JsonDocument document = JsonDocument.Parse(answer.Body);
        JsonElement root = document.RootElement;
        if (sent.Path.StartsWith("/v2", StringComparison.Ordinal))
        {
            return root.TryGetProperty("error", out JsonElement error) && error.GetString() is { Length: > 5 } ? null : $"{answer.Status} without a sentence in \"error\"";
        }

        bool whole = answer.Type?.StartsWith("application/problem+json", StringComparison.Ordinal) == true
            && root.TryGetProperty("status", out JsonElement status) && status.GetInt32() == answer.Status
            && root.TryGetProperty("title", out JsonElement title) && title.GetString() is { Length: > 0 }
            && root.TryGetProperty("detail", out JsonElement detail) && detail.GetString() is { Length: > 5 } text && !text.Contains("   at ", StringComparison.Ordinal)
            && root.TryGetProperty("traceId", out JsonElement trace) && trace.GetString() is { Length: > 0 };
        return whole ? null : $"{answer.Status} that is no whole problem";
    }

    private static bool IsJson(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 1000 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
