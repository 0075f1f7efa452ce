using GradService.Onnx.Pictures;

namespace GradService.Onnx.Tests.Pictures;

/// <summary>The sample pictures beside this file; <c>samples/make.py</c> says what each is.</summary>
internal static class Sample
{
    public const int Width = 48;
    public const int Height = 32;
    public const long ManyPixels = 10_000_000;

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Pictures", "samples", name));

    public static byte[] Rgb(ReadOnlyMemory<byte> file)
    {
        using EncodedPicture picture = EncodedPicture.Open(file, ManyPixels);
        var rgb = new byte[picture.RgbBytes];
        picture.Decode(new byte[picture.ScratchBytes], rgb);
        return rgb;
    }

    /// <summary>The pixel in the middle of each quadrant: above left and right, below left and right.</summary>
    public static int[][] Quadrants(byte[] rgb) =>
        [.. new[] { (8, 12), (8, 36), (24, 12), (24, 36) }.Select(at => rgb.AsSpan(3 * ((at.Item1 * Width) + at.Item2), 3).ToArray().Select(value => (int)value).ToArray())];
}
