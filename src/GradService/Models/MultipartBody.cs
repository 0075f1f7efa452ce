using System.Runtime.InteropServices;
using GradService.Hosting;
using GradService.Numerics.Tensors;
using GradService.Wire;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace GradService.Models;

/// <summary>One field of a multipart body.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Content">Its bytes, where they lie in the body.</param>
internal readonly record struct FormField(string Name, ReadOnlyMemory<byte> Content);

/// <summary>Reads <c>multipart/form-data</c> (RFC 7578) into one piece of the request's memory, within the limits of any body.</summary>
internal static class MultipartBody
{
    public const string MediaType = "multipart/form-data";

    private const int MostFields = 64;
    private const int LongestBoundary = 70;

    /// <summary>The fields, in the order sent.</summary>
    /// <exception cref="BodyException">The body is cut short, has no boundary, too many fields or one without a name, or is too large.</exception>
    public static async ValueTask<IReadOnlyList<FormField>> ReadAsync(HttpContext context, MediaTypeHeaderValue type, TensorScope scope, Limits limits)
    {
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > LongestBoundary)
        {
            throw Malformed($"Content-Type {MediaType} has no boundary; expected boundary=... of at most {LongestBoundary} characters. Leave the header to your HTTP client (with curl: -F image=@picture.jpg).");
        }

        Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits).ConfigureAwait(false);
        MemoryMarshal.TryGetArray<byte>(body, out ArraySegment<byte> segment);
        using var stream = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
        var reader = new MultipartReader(boundary, stream) { BodyLengthLimit = limits.MaxRequestBytes };
        var fields = new List<FormField>();
        try
        {
            while (await reader.ReadNextSectionAsync(context.RequestAborted).ConfigureAwait(false) is { } section)
            {
                if (fields.Count == MostFields)
                {
                    throw new BodyException("$", $"The body has more than {MostFields} fields, which is the limit.", BodyException.OverLimit);
                }

                await section.Body.CopyToAsync(Stream.Null, context.RequestAborted).ConfigureAwait(false);
                fields.Add(new FormField(NameOf(section, fields.Count), body.Slice((int)section.BaseStreamOffset!.Value, (int)section.Body.Length)));
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw Malformed($"The body is no whole {MediaType}: it ends before its last boundary, or the headers of a field are too long.");
        }

        return fields;
    }

    private static string NameOf(MultipartSection section, int index) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition)
        && HeaderUtilities.RemoveQuotes(disposition.Name) is { Length: > 0 } name
            ? name.ToString()
            : throw Malformed($"Field {index} of the body has no name; expected Content-Disposition: form-data; name=\"image\".");

    private static BodyException Malformed(string message) => new("$", message, BodyException.Malformed);
}
