using System.Buffers.Binary;

namespace GradService.Onnx.Pictures;

/// <summary>How a PNG file keeps its pixels.</summary>
internal enum PngColour : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// <summary>What the first chunk of a PNG file says.</summary>
internal readonly ref struct PngHeader
{
    /// <summary>The length of the chunk's data.</summary>
    public const int Length = 13;

    private const int BitDepthAt = 8;
    private const int ColourAt = 9;

    private readonly ReadOnlySpan<byte> _data;

    private PngHeader(ReadOnlySpan<byte> data) => _data = data;

    public int BitDepth => _data[BitDepthAt];

    public PngColour Colour => (PngColour)_data[ColourAt];

    /// <summary>Reads the header of a file.</summary>
    /// <returns>Whether the file is a PNG with a whole header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> file, out PngHeader header)
    {
        header = default;
        if (PictureFormat.Of(file) != PictureFormat.Png)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = file[PngChunks.SignatureLength..];
        bool found = PngChunks.TryNext(ref rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> whole)
            && type.SequenceEqual("IHDR"u8)
            && whole.Length == Length + PngChunks.Framing;
        if (found)
        {
            header = new PngHeader(file.Slice(PngChunks.SignatureLength + 8, Length));
        }

        return found;
    }

    /// <summary>Writes the chunk with the colour of a palette in place of its own.</summary>
    /// <param name="into">Where to; moved behind the chunk.</param>
    public void WriteAsPalette(ref Span<byte> into)
    {
        Span<byte> data = stackalloc byte[Length];
        _data.CopyTo(data);
        data[ColourAt] = (byte)PngColour.Palette;
        PngChunks.Write("IHDR"u8, data, ref into);
    }
}
