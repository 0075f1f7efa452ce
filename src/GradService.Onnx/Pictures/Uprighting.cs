using SkiaSharp;

namespace GradService.Onnx.Pictures;

/// <summary>Turns and mirrors the pixels of a file as its EXIF orientation asks (EXIF 2.3, tag 0x0112).</summary>
internal readonly struct Uprighting
{
    private readonly int _fileWidth;
    private readonly int _fileHeight;

    // Where the file's pixel (x, y) goes: _start + x * _right + y * _down, counted in pixels.
    private readonly long _start;
    private readonly long _right;
    private readonly long _down;

    public Uprighting(SKEncodedOrigin origin, int fileWidth, int fileHeight)
    {
        (_fileWidth, _fileHeight) = (fileWidth, fileHeight);
        bool turned = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        (Width, Height) = turned ? (fileHeight, fileWidth) : (fileWidth, fileHeight);
        long width = Width;
        long lastX = Width - 1;
        long lastY = (Height - 1) * width;
        (_start, _right, _down) = origin switch
        {
            SKEncodedOrigin.TopRight => (lastX, -1, width),
            SKEncodedOrigin.BottomRight => (lastX + lastY, -1, -width),
            SKEncodedOrigin.BottomLeft => (lastY, 1, -width),
            SKEncodedOrigin.LeftTop => (0, width, 1),
            SKEncodedOrigin.RightTop => (lastX, width, -1),
            SKEncodedOrigin.RightBottom => (lastX + lastY, -width, -1),
            SKEncodedOrigin.LeftBottom => (lastY, -width, 1),
            _ => (0L, 1L, width),
        };
    }

    /// <summary>The width of the upright picture.</summary>
    public int Width { get; }

    /// <summary>The height of the upright picture.</summary>
    public int Height { get; }

    /// <summary>Lays the file's pixels over white and puts each where it belongs.</summary>
    /// <param name="rgba">The file's pixels, alpha not multiplied in.</param>
    /// <param name="rgb">Receives the upright picture.</param>
    public void OverWhite(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        int at = 0;
        for (int y = 0; y < _fileHeight; y++)
        {
            long target = 3 * (_start + (y * _down));
            for (int x = 0; x < _fileWidth; x++, at += 4, target += 3 * _right)
            {
                int alpha = rgba[at + 3];
                Span<byte> pixel = rgb.Slice((int)target, 3);
                pixel[0] = OverWhite(rgba[at], alpha);
                pixel[1] = OverWhite(rgba[at + 1], alpha);
                pixel[2] = OverWhite(rgba[at + 2], alpha);
            }
        }
    }

    private static byte OverWhite(int value, int alpha) =>
        alpha == 255 ? (byte)value : (byte)(((value * alpha) + (255 * (255 - alpha)) + 127) / 255);
}
