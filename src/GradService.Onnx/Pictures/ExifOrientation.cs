using System.Buffers.Binary;
using SkiaSharp;

namespace GradService.Onnx.Pictures;

/// <summary>The orientation that a PNG file's <c>eXIf</c> chunk asks for; Skia reads those of JPEG and WebP alone.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;
    private const int EntryLength = 12;

    /// <summary>The orientation of a file: the chunk's, or the decoder's own.</summary>
    /// <param name="file">The file.</param>
    /// <param name="decoders">What the decoder has found.</param>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> file, SKEncodedOrigin decoders)
    {
        if (PictureFormat.Of(file) != PictureFormat.Png)
        {
            return decoders;
        }

        ReadOnlySpan<byte> rest = file[PngChunks.SignatureLength..];
        while (PngChunks.TryNext(ref rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> whole))
        {
            if (type.SequenceEqual("eXIf"u8))
            {
                return OfTiff(whole[8..^4]) ?? decoders;
            }
        }

        return decoders;
    }

    // EXIF is a TIFF file: a byte order, where the first directory lies, and there the entries of twelve bytes.
    private static SKEncodedOrigin? OfTiff(ReadOnlySpan<byte> tiff)
    {
        bool isLittle = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || (!isLittle && !tiff.StartsWith("MM"u8)) || Long(tiff[4..], isLittle) is var at && at > tiff.Length - 2)
        {
            return null;
        }

        int count = Short(tiff[(int)at..], isLittle);
        ReadOnlySpan<byte> entries = tiff[((int)at + 2)..];
        for (int i = 0; i < count && entries.Length >= EntryLength; i++, entries = entries[EntryLength..])
        {
            if (Short(entries, isLittle) == Tag && Short(entries[8..], isLittle) is >= 1 and <= 8 and var orientation)
            {
                return (SKEncodedOrigin)orientation;
            }
        }

        return null;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Long(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
