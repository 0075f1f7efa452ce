using GradService.Hosting;
using GradService.Numerics.Tensors;
using GradService.Wire;
using Microsoft.Net.Http.Headers;

namespace GradService.Models;

/// <summary>Reads what <c>segment</c> takes: a picture as the body, as the field <c>image</c> of a form, or as a tensor.</summary>
internal sealed class SegmentRequestReader(Limits limits, PictureReader reader)
{
    private const string Image = "image";

    private static readonly MemberTable Members = new([new Member(Image, TensorKind.Integer)], PictureAliases.All);

    /// <exception cref="BodyException">The body is no picture in any of these forms.</exception>
    public async ValueTask<SentPictures> ReadAsync(HttpContext context, TensorScope scope)
    {
        (PictureForm form, MediaTypeHeaderValue type) = PictureTypes.Of(context.Request, takesFile: true);
        if (form == PictureForm.Multipart)
        {
            return reader.Decode(File(await MultipartBody.ReadAsync(context, type, scope, limits).ConfigureAwait(false)), Image, scope);
        }

        Memory<byte> body = await BodyReader.ReadAsync(context, scope, limits).ConfigureAwait(false);
        if (form == PictureForm.File)
        {
            return reader.Decode(body, "$", scope);
        }

        Tensor? tensor = BodyScanner.Scan(body, Members, scope, limits.Wire).Tensors[0];
        return PictureReader.Take(tensor ?? throw LeftOut(), scope);
    }

    private static ReadOnlyMemory<byte> File(IReadOnlyList<FormField> fields)
    {
        ReadOnlyMemory<byte>? image = null;
        foreach (FormField field in fields)
        {
            if (field.Name != Image)
            {
                throw Members.Unknown(field.Name);
            }

            image = image is null ? field.Content : throw new BodyException(Image, "The field \"image\" stands twice in the body; segment takes one picture.", BodyException.Malformed);
        }

        return image ?? throw LeftOut();
    }

    private static BodyException LeftOut() => new(Image, "image is required and was left out: the picture, as PNG, JPEG or WebP in a form, or as a tensor [H, W, 3] in JSON.", BodyException.Senseless);
}
