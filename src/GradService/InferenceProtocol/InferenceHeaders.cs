using System.Globalization;
using GradService.Numerics;
using GradService.Wire;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace GradService.InferenceProtocol;

/// <summary>The headers of an inference request.</summary>
internal static class InferenceHeaders
{
    /// <summary>How many bytes of the (decompressed) body are JSON; the binary tensors follow.</summary>
    public const string JsonLength = "Inference-Header-Content-Length";

    private static readonly string[] Known = ["application/json", "application/octet-stream", "application/x-www-form-urlencoded"];

    /// <summary>Refuses a body that is declared as what it cannot be.</summary>
    /// <remarks>
    /// As Triton does, a body without a type is taken, as tritonclient sends it, and so is one that curl -d has labelled as a form.
    /// </remarks>
    /// <exception cref="BodyException">415: another media type, or a Content-Encoding that nobody has undone.</exception>
    public static void RequireInference(HttpRequest request)
    {
        string? declared = request.ContentType;
        bool known = string.IsNullOrEmpty(declared)
            || Array.IndexOf(Known, declared) >= 0
            || (MediaTypeHeaderValue.TryParse(declared, out MediaTypeHeaderValue? type)
                && (Known.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
                && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)));
        if (!known)
        {
            throw new BodyException("$", $"Content-Type {declared} was found; expected application/json, or application/octet-stream for JSON with binary tensors behind it.", 415);
        }

        StringValues encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 0 && !encoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new BodyException("$", $"Content-Encoding {encoding} is not known; expected gzip, deflate or br.", 415);
        }
    }

    /// <summary>How many bytes of the body are JSON, as its sender says; null where all are, 0 where none is.</summary>
    /// <exception cref="BodyException">The header is no such number.</exception>
    public static long? ReadJsonLength(HttpRequest request)
    {
        StringValues header = request.Headers[JsonLength];
        if (header.Count == 0)
        {
            return null;
        }

        return long.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            ? length
            : throw new BodyException("$", $"{JsonLength} is \"{header}\"; expected the number of bytes of the JSON part of the body.", BodyException.Malformed);
    }

    /// <summary>The same, held against the body.</summary>
    /// <exception cref="BodyException">It is more than the body has.</exception>
    public static int? Within(long? jsonLength, int bodyLength) => jsonLength <= bodyLength || jsonLength is null
        ? (int?)jsonLength
        : throw new BodyException("$", $"{JsonLength} is {jsonLength}, and the body has {Quantity.Of(bodyLength, "byte", "bytes")}.", BodyException.Malformed);
}
