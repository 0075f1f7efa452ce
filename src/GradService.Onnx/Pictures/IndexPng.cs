using GradService.Onnx.Repository;

namespace GradService.Onnx.Pictures;

/// <summary>
/// PNG files whose pixels are class indices. A grey and a palette file hold the same bytes and differ in one byte of the header and the palette
/// itself: so either is read, and written, by exchanging these two.
/// </summary>
internal static class IndexPng
{
    /// <summary>The most classes that a palette holds.</summary>
    public const int MaxClasses = 256;

    /// <summary>Makes a palette file of a grey one of 8 bits: its values are now the indices of colours.</summary>
    /// <param name="grey">A grey file.</param>
    /// <param name="palette">The colours, at most 256; every value is one's index.</param>
    public static byte[] WithPalette(ReadOnlySpan<byte> grey, IReadOnlyList<Rgb> palette)
    {
        Span<byte> colours = stackalloc byte[3 * palette.Count];
        for (int i = 0; i < palette.Count; i++)
        {
            (colours[3 * i], colours[(3 * i) + 1], colours[(3 * i) + 2]) = (palette[i].Red, palette[i].Green, palette[i].Blue);
        }

        return Rebuilt(grey, colours);
    }

    /// <summary>Makes a file whose decoded red, green and blue are each pixel's index, whatever its palette says and however few bits it has.</summary>
    /// <param name="file">A grey or palette file of at most 8 bits.</param>
    public static byte[] WithIndicesAsColours(ReadOnlySpan<byte> file)
    {
        PngHeader.TryRead(file, out PngHeader header);
        Span<byte> ramp = stackalloc byte[3 * (1 << header.BitDepth)];
        for (int i = 0; i < ramp.Length; i++)
        {
            ramp[i] = (byte)(i / 3);
        }

        return Rebuilt(file, ramp);
    }

    // Header, palette, pixels and end; colour profiles, transparency and whatever else a file may hold are left out.
    private static byte[] Rebuilt(ReadOnlySpan<byte> file, ReadOnlySpan<byte> palette)
    {
        PngHeader.TryRead(file, out PngHeader header);
        var rebuilt = new byte[file.Length + palette.Length + (2 * PngChunks.Framing)];
        file[..PngChunks.SignatureLength].CopyTo(rebuilt);
        Span<byte> into = rebuilt.AsSpan(PngChunks.SignatureLength);
        header.WriteAsPalette(ref into);
        PngChunks.Write("PLTE"u8, palette, ref into);
        ReadOnlySpan<byte> rest = file[PngChunks.SignatureLength..];
        while (PngChunks.TryNext(ref rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> whole))
        {
            if (type.SequenceEqual("IDAT"u8) || type.SequenceEqual("IEND"u8))
            {
                whole.CopyTo(into);
                into = into[whole.Length..];
            }
        }

        return rebuilt[..^into.Length];
    }
}
