using System.Text;

namespace GradService.Fuzzing.Http;

/// <summary>One request, byte for byte.</summary>
/// <param name="Index">Its number in the run.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The address, escaped.</param>
/// <param name="Headers">The headers, with those of the body.</param>
/// <param name="Body">The body as sent; null for none.</param>
/// <param name="Altered">What was done to it, in words; empty for a request that is right.</param>
internal sealed record Case(int Index, string Method, string Path, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body, IReadOnlyList<string> Altered)
{
    /// <summary>What length the body is said to have, where that is not its own.</summary>
    public long? ClaimedLength { get; init; }

    /// <summary>Whether the request is as the OpenAPI document shows it, and so must be answered with 200.</summary>
    public bool IsRight => Altered.Count == 0;

    public override string ToString()
    {
        string headers = string.Concat(Headers.Select(header => $" {header.Name}: {header.Value};"));
        string body = Body is null ? "no body" : $"{Body.Length} bytes: {string.Concat(Encoding.Latin1.GetString(Body, 0, Math.Min(Body.Length, 300)).Select(c => char.IsAscii(c) && !char.IsControl(c) ? c : '.'))}";
        return $"#{Index} {Method} {Path}{headers} {(Altered.Count == 0 ? "unaltered" : string.Join(", ", Altered))}; {body}";
    }
}
