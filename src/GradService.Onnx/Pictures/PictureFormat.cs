using System.Text;

namespace GradService.Onnx.Pictures;

/// <summary>Formats told by their first bytes, so that no decoder sees what it is not meant for.</summary>
internal static class PictureFormat
{
    public const string Png = "PNG";
    public const string Jpeg = "JPEG";
    public const string WebP = "WebP";

    private static readonly (string Name, int At, byte[] Bytes)[] Signatures =
    [
        (Png, 0, [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]),
        (Jpeg, 0, [0xFF, 0xD8, 0xFF]),
        (WebP, 8, "WEBP"u8.ToArray()),
        ("GIF", 0, "GIF8"u8.ToArray()),
        ("BMP", 0, "BM"u8.ToArray()),
        ("TIFF", 0, [(byte)'I', (byte)'I', 42, 0]),
        ("TIFF", 0, [(byte)'M', (byte)'M', 0, 42]),
        ("AVIF", 4, "ftypavif"u8.ToArray()),
        ("HEIC", 4, "ftyp"u8.ToArray()),
        ("JPEG XL", 0, [0xFF, 0x0A]),
        ("JPEG 2000", 4, "jP  "u8.ToArray()),
        ("ICO", 0, [0, 0, 1, 0]),
        ("PDF", 0, "%PDF"u8.ToArray()),
    ];

    /// <summary>The format's name; null for bytes of none known.</summary>
    public static string? Of(ReadOnlySpan<byte> bytes)
    {
        foreach ((string name, int at, byte[] signature) in Signatures)
        {
            if (bytes.Length >= at + signature.Length && bytes.Slice(at, signature.Length).SequenceEqual(signature))
            {
                return name;
            }
        }

        string start = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 512)]);
        return start.Contains("<svg", StringComparison.OrdinalIgnoreCase) ? "SVG" : null;
    }

    /// <summary>Whether pictures of a format are read.</summary>
    public static bool IsRead(string? name) => name is Png or Jpeg or WebP;

    public static PictureException Unknown(string? name, int length) => new(
        PictureFault.UnknownFormat,
        $"{(name is null ? length == 0 ? "No bytes were" : "A format that is not known was" : $"A {name} file was")} found; expected a picture as PNG, JPEG or WebP.");
}
