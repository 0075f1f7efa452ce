using GradService.Onnx.Pictures;
using SkiaSharp;

namespace GradService.Tests.Models;

/// <summary>A decoded picture.</summary>
internal sealed record Pixels(int Width, int Height, byte[] Rgb)
{
    private const long Many = 10_000_000;

    /// <summary>The colours, row-major, as <c>#rrggbb</c>.</summary>
    public IEnumerable<string> Colours => Rgb.Chunk(3).Select(colour => $"#{Convert.ToHexStringLower(colour)}");

    /// <summary>The picture as a flat JSON tensor.</summary>
    public string Tensor => $$"""{"shape": [{{Height}}, {{Width}}, 3], "data": [{{string.Join(',', Rgb)}}]}""";

    public static Pixels Of(byte[] file)
    {
        using EncodedPicture picture = EncodedPicture.Open(file, Many);
        var rgb = new byte[picture.RgbBytes];
        picture.Decode(new byte[picture.ScratchBytes], rgb);
        return new Pixels(picture.Width, picture.Height, rgb);
    }

    /// <summary>The indices of a palette PNG.</summary>
    public static int[] Indices(byte[] file)
    {
        using LabelPicture picture = LabelPicture.Open(file, Many);
        var labels = new int[picture.Width * picture.Height];
        picture.Decode(new byte[picture.ScratchBytes], [], labels);
        return labels;
    }

    /// <summary>A picture that differs everywhere, as PNG.</summary>
    public static byte[] Gradient(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)(x * 5), (byte)(y * 3), (byte)(x + y)));
            }
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
