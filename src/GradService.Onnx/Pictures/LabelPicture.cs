using GradService.Onnx.Repository;

namespace GradService.Onnx.Pictures;

/// <summary>Reads the class of each pixel from a PNG: from the indices of a grey or palette file, or from the colours of an RGB one.</summary>
public sealed class LabelPicture : IDisposable
{
    private readonly EncodedPicture _picture;
    private readonly bool _isIndexed;

    private LabelPicture(EncodedPicture picture, bool isIndexed) => (_picture, _isIndexed) = (picture, isIndexed);

    /// <summary>The width in pixels.</summary>
    public int Width => _picture.Width;

    /// <summary>The height in pixels.</summary>
    public int Height => _picture.Height;

    /// <summary>The bytes of scratch that <see cref="Decode"/> asks for.</summary>
    public long ScratchBytes => _picture.ScratchBytes;

    /// <summary>The most bytes that the codec takes of its own accord while it decodes.</summary>
    public long CodecBytes => _picture.CodecBytes;

    /// <summary>Reads what a label picture says of itself.</summary>
    /// <param name="bytes">The file's bytes; they are read again when it is decoded.</param>
    /// <param name="maxPixels">The most pixels that it may declare.</param>
    /// <exception cref="PictureException">The bytes are no PNG, or of a kind that holds neither indices nor colours of 8 bits, or it declares too many pixels.</exception>
    public static LabelPicture Open(ReadOnlyMemory<byte> bytes, long maxPixels)
    {
        string? format = PictureFormat.Of(bytes.Span);
        if (format != PictureFormat.Png)
        {
            string fix = format is PictureFormat.Jpeg or PictureFormat.WebP ? " JPEG and WebP change values, and a label must stay what it is." : string.Empty;
            throw new PictureException(
                PictureFault.UnknownFormat,
                $"{(format is null ? "A format that is not known" : $"A {format} file")} was found; expected labels as PNG: class indices (grey or palette), or RGB in the model's palette.{fix}");
        }

        if (!PngHeader.TryRead(bytes.Span, out PngHeader header))
        {
            throw new PictureException(PictureFault.Broken, "The PNG file's header is damaged or cut short. Send it again, whole.");
        }

        if (header.BitDepth > 8 || header.Colour == PngColour.GreyAlpha)
        {
            string found = header.BitDepth > 8 ? $"{header.BitDepth} bits a channel" : "grey with alpha";
            throw new PictureException(PictureFault.Senseless, $"The label PNG has {found}; expected 8 bits at most, grey, palette or RGB. Save it as 8-bit grey, the value of a pixel its class.");
        }

        bool isIndexed = header.Colour is PngColour.Grey or PngColour.Palette;
        return new LabelPicture(EncodedPicture.Open(isIndexed ? IndexPng.WithIndicesAsColours(bytes.Span) : bytes, maxPixels), isIndexed);
    }

    /// <summary>Reads the class of each pixel.</summary>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>; its content is undefined afterwards.</param>
    /// <param name="palette">The colour of each class; looked at for RGB files only. Of two equal colours the first counts. Alpha is not looked at.</param>
    /// <param name="labels">Receives <c>[height, width]</c>. Indices come as they are, classes or not.</param>
    /// <exception cref="PictureException">The file is damaged or ends early, or a colour is none of the palette.</exception>
    public void Decode(Span<byte> scratch, IReadOnlyList<Rgb> palette, Span<int> labels)
    {
        _picture.DecodeRaw(scratch);
        if (_isIndexed)
        {
            for (int i = 0; i < labels.Length; i++)
            {
                labels[i] = scratch[4 * i];
            }

            return;
        }

        var classes = new Dictionary<Rgb, int>();
        for (int i = 0; i < palette.Count; i++)
        {
            classes.TryAdd(palette[i], i);
        }

        for (int i = 0; i < labels.Length; i++)
        {
            var colour = new Rgb(scratch[4 * i], scratch[(4 * i) + 1], scratch[(4 * i) + 2]);
            labels[i] = classes.TryGetValue(colour, out int found) ? found : throw new PictureException(
                PictureFault.Senseless,
                $"The pixel in row {i / Width}, column {i % Width} is {colour}, which is no colour of the model's palette ({string.Join(", ", palette.Take(16))}{(palette.Count > 16 ? ", ..." : string.Empty)}). Edges must not be smoothed; an index PNG needs no palette.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _picture.Dispose();
}
