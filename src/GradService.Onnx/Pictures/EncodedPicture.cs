using System.Buffers;
using SkiaSharp;

namespace GradService.Onnx.Pictures;

/// <summary>
/// A picture as it was sent: PNG, JPEG or WebP. Its size is known, and checked, before a pixel is decoded; what the pixels take is rented by
/// the caller.
/// </summary>
/// <remarks>
/// What comes out is always upright RGB of 8 bits a channel, in sRGB: EXIF orientation is applied (all eight), an embedded colour profile is
/// brought to sRGB and a picture without one taken as sRGB, 16 bits are cut to their upper 8, grey is repeated in the three channels, palettes
/// are looked up, CMYK is converted, and what is transparent is laid over white. Of an animation the first frame is taken.
/// </remarks>
public sealed unsafe class EncodedPicture : IDisposable
{
    private const int ScratchChannels = 4;

    // libjpeg keeps the coefficients of a progressive picture, 16 bits in each of up to four planes; the others need less.
    private const int CodecBytesPerPixel = 8;

    private readonly MemoryHandle _pin;
    private readonly SKData _data;
    private readonly SKCodec _codec;
    private readonly Uprighting _uprighting;

    private EncodedPicture(MemoryHandle pin, SKData data, SKCodec codec, SKEncodedOrigin origin)
    {
        _pin = pin;
        _data = data;
        _codec = codec;
        _uprighting = new Uprighting(origin, codec.Info.Width, codec.Info.Height);
    }

    /// <summary>The width in pixels, upright.</summary>
    public int Width => _uprighting.Width;

    /// <summary>The height in pixels, upright.</summary>
    public int Height => _uprighting.Height;

    /// <summary>The bytes that <see cref="Decode"/> writes: three for each pixel.</summary>
    public long RgbBytes => 3L * Width * Height;

    /// <summary>The bytes of scratch that <see cref="Decode"/> asks for.</summary>
    public long ScratchBytes => (long)ScratchChannels * Width * Height;

    /// <summary>The most bytes that the codec takes of its own accord while it decodes.</summary>
    public long CodecBytes => (long)CodecBytesPerPixel * Width * Height;

    /// <summary>Reads what a picture says of itself.</summary>
    /// <param name="bytes">The file's bytes; they are read again when it is decoded.</param>
    /// <param name="maxPixels">The most pixels that it may declare.</param>
    /// <exception cref="PictureException">The bytes are no such picture, or it declares too many pixels.</exception>
    public static EncodedPicture Open(ReadOnlyMemory<byte> bytes, long maxPixels)
    {
        string? format = PictureFormat.Of(bytes.Span);
        if (!PictureFormat.IsRead(format))
        {
            throw PictureFormat.Unknown(format, bytes.Length);
        }

        MemoryHandle pin = bytes.Pin();
        SKData data = SKData.Create((IntPtr)pin.Pointer, bytes.Length);
        SKCodec? codec = SKCodec.Create(data);
        if (codec is null || (format == PictureFormat.Jpeg && !JpegEnd.IsReached(bytes.Span)))
        {
            codec?.Dispose();
            data.Dispose();
            pin.Dispose();
            throw codec is not null ? CutShort() : new PictureException(PictureFault.Broken, $"The {format} file of {bytes.Length} bytes cannot be read: its beginning is damaged or cut short. Send it again, whole.");
        }

        var picture = new EncodedPicture(pin, data, codec, ExifOrientation.Of(bytes.Span, codec.EncodedOrigin));
        (int width, int height) = (picture.Width, picture.Height);
        if ((long)width * height > maxPixels)
        {
            picture.Dispose();
            throw new PictureException(
                PictureFault.TooLarge,
                $"The picture declares {width} x {height} pixels (width x height); at most {maxPixels} pixels can be taken. Send it smaller.");
        }

        return picture;
    }

    /// <summary>Decodes the picture, upright, into RGB.</summary>
    /// <param name="scratch">At least <see cref="ScratchBytes"/>; its content is undefined afterwards.</param>
    /// <param name="rgb">Receives <c>[height, width, 3]</c>, 8 bits each.</param>
    /// <exception cref="PictureException">The file is damaged or ends early.</exception>
    public void Decode(Span<byte> scratch, Span<byte> rgb)
    {
        using SKColorSpace srgb = SKColorSpace.CreateSrgb();
        Pixels(scratch, srgb);
        _uprighting.OverWhite(scratch[..(int)ScratchBytes], rgb[..(int)RgbBytes]);
    }

    /// <summary>Decodes the pixels as they lie in the file, neither turned nor matched in colour.</summary>
    /// <param name="rgba">Receives <c>[height, width, 4]</c> in the file's own orientation.</param>
    internal void DecodeRaw(Span<byte> rgba) => Pixels(rgba, null);

    /// <inheritdoc/>
    public void Dispose()
    {
        _codec.Dispose();
        _data.Dispose();
        _pin.Dispose();
    }

    private void Pixels(Span<byte> rgba, SKColorSpace? space)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rgba.Length, ScratchBytes, nameof(rgba));
        var info = new SKImageInfo(_codec.Info.Width, _codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, space);
        SKCodecResult result;
        fixed (byte* at = rgba)
        {
            result = _codec.GetPixels(info, (IntPtr)at);
        }

        if (result != SKCodecResult.Success)
        {
            throw result == SKCodecResult.IncompleteInput
                ? CutShort()
                : new PictureException(PictureFault.Broken, "The picture cannot be decoded: its data are damaged. Send it again, or save it anew.");
        }
    }

    private static PictureException CutShort() =>
        new(PictureFault.Broken, "The picture ends before its last pixel: the file is cut short. Send it again, whole.");
}
