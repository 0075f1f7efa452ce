using GradService.Onnx.Repository;
using SkiaSharp;

namespace GradService.Onnx.Pictures;

/// <summary>Pictures of a segmentation, as PNG.</summary>
public static unsafe class ColourMask
{
    /// <summary>The bytes of scratch that <see cref="Mask"/> and <see cref="Overlay"/> ask for, for each pixel.</summary>
    public const int ScratchBytesPerPixel = 4;

    /// <summary>The most classes that <see cref="Indices"/> can write.</summary>
    public const int MaxIndices = IndexPng.MaxClasses;

    /// <summary>Each pixel in the colour of its class.</summary>
    /// <param name="labels"><c>[height, width]</c>, each an index of the palette.</param>
    /// <param name="width">The width.</param>
    /// <param name="palette">The colour of each class.</param>
    /// <param name="scratch">Four bytes for each pixel.</param>
    /// <returns>An RGB PNG of 8 bits a channel.</returns>
    public static byte[] Mask(ReadOnlySpan<int> labels, int width, IReadOnlyList<Rgb> palette, Span<byte> scratch)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            Put(scratch, i, palette[labels[i]]);
        }

        return Encode(scratch, width, labels.Length / width, SKColorType.Rgba8888, SKPngEncoderFilterFlags.NoFilters);
    }

    /// <summary>The picture with the colour of each pixel's class laid over it by half.</summary>
    /// <param name="labels"><c>[height, width]</c>, each an index of the palette.</param>
    /// <param name="width">The width.</param>
    /// <param name="palette">The colour of each class.</param>
    /// <param name="rgb">The picture, <c>[height, width, 3]</c>.</param>
    /// <param name="scratch">Four bytes for each pixel.</param>
    /// <returns>An RGB PNG of 8 bits a channel.</returns>
    public static byte[] Overlay(ReadOnlySpan<int> labels, int width, IReadOnlyList<Rgb> palette, ReadOnlySpan<byte> rgb, Span<byte> scratch)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            Rgb colour = palette[labels[i]];
            Put(scratch, i, new Rgb(Half(rgb[3 * i], colour.Red), Half(rgb[(3 * i) + 1], colour.Green), Half(rgb[(3 * i) + 2], colour.Blue)));
        }

        return Encode(scratch, width, labels.Length / width, SKColorType.Rgba8888, SKPngEncoderFilterFlags.AllFilters);
    }

    /// <summary>Each pixel's class as the index of a palette: the file shows the colours, and its values are the classes.</summary>
    /// <param name="labels"><c>[height, width]</c>, each an index of the palette.</param>
    /// <param name="width">The width.</param>
    /// <param name="palette">The colour of each class, at most <see cref="MaxIndices"/>.</param>
    /// <param name="scratch">One byte for each pixel.</param>
    /// <returns>A palette PNG of 8 bits.</returns>
    public static byte[] Indices(ReadOnlySpan<int> labels, int width, IReadOnlyList<Rgb> palette, Span<byte> scratch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(palette.Count, MaxIndices, nameof(palette));
        for (int i = 0; i < labels.Length; i++)
        {
            scratch[i] = (byte)labels[i];
        }

        return IndexPng.WithPalette(Encode(scratch, width, labels.Length / width, SKColorType.Gray8, SKPngEncoderFilterFlags.NoFilters), palette);
    }

    private static void Put(Span<byte> rgba, int pixel, Rgb colour) =>
        (rgba[4 * pixel], rgba[(4 * pixel) + 1], rgba[(4 * pixel) + 2], rgba[(4 * pixel) + 3]) = (colour.Red, colour.Green, colour.Blue, 255);

    private static byte Half(int one, int other) => (byte)((one + other + 1) / 2);

    private static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, SKColorType type, SKPngEncoderFilterFlags filters)
    {
        fixed (byte* at = pixels)
        {
            using var pixmap = new SKPixmap(new SKImageInfo(width, height, type, SKAlphaType.Opaque), (IntPtr)at);
            using SKData data = pixmap.Encode(new SKPngEncoderOptions(filters, zLibLevel: 6))
                ?? throw new InvalidOperationException($"{width} x {height} pixels could not be written as PNG.");
            return data.ToArray();
        }
    }
}
