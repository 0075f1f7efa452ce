using GradService.Rest;
using GradService.Wire;
using Microsoft.Net.Http.Headers;

namespace GradService.Models;

/// <summary>In what forms a picture may be sent.</summary>
internal enum PictureForm
{
    /// <summary>The body is the picture.</summary>
    File,

    /// <summary>The picture is a field of a form.</summary>
    Multipart,

    /// <summary>The picture is a tensor in JSON.</summary>
    Json,
}

/// <summary>Tells the form by the Content-Type.</summary>
internal static class PictureTypes
{
    /// <summary>The media types of pictures. Which of them a picture really is its first bytes tell.</summary>
    public static IReadOnlyList<string> Files { get; } = ["image/png", "image/jpeg", "image/webp"];

    /// <summary>The form, and the Content-Type parsed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="takesFile">Whether the body may be the picture itself.</param>
    /// <exception cref="BodyException">It is none of them.</exception>
    public static (PictureForm Form, MediaTypeHeaderValue Type) Of(HttpRequest request, bool takesFile)
    {
        string? declared = request.ContentType;
        if (MediaTypeHeaderValue.TryParse(declared, out MediaTypeHeaderValue? type))
        {
            if (type.MediaType.Equals(MultipartBody.MediaType, StringComparison.OrdinalIgnoreCase))
            {
                return (PictureForm.Multipart, type);
            }

            if (MediaTypes.IsJson(type))
            {
                return (PictureForm.Json, type);
            }

            if (takesFile && Files.Any(file => type.MediaType.Equals(file, StringComparison.OrdinalIgnoreCase)))
            {
                return (PictureForm.File, type);
            }
        }

        string found = string.IsNullOrEmpty(declared) ? "No Content-Type" : $"Content-Type {declared}";
        string files = takesFile ? $"{string.Join(", ", Files)}, " : string.Empty;
        throw new BodyException("$", $"{found} was found; expected {files}{MultipartBody.MediaType} or {ModelAnswer.MediaType} (with curl: -F image=@picture.jpg).", StatusCodes.Status415UnsupportedMediaType);
    }
}
