using System.Runtime.InteropServices;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx.Pictures;

/// <summary>Writes pictures into the input of a model.</summary>
public static class PictureTensor
{
    /// <summary>Turns RGB into luminance.</summary>
    /// <param name="rgb">Pixels of three bytes.</param>
    /// <param name="grey">Receives one byte for each pixel.</param>
    public static void Luminance(ReadOnlySpan<byte> rgb, Span<byte> grey)
    {
        for (int i = 0, at = 0; at < rgb.Length; i++, at += 3)
        {
            grey[i] = (byte)(((rgb[at] * 19595) + (rgb[at + 1] * 38470) + (rgb[at + 2] * 7471) + 0x8000) >> 16);
        }
    }

    /// <summary>Scales a picture bilinearly, normalises it, and pads it by repeating its last column and row.</summary>
    /// <param name="pixels"><c>[height, width, channels]</c> of the geometry's own size: RGB, or luminance for a grey model.</param>
    /// <param name="geometry">From the picture's size to the model's.</param>
    /// <param name="encoding">From values to elements.</param>
    /// <param name="tensor">Receives the elements of one picture, little-endian, in the encoding's layout and type.</param>
    /// <param name="threads">The most threads at once; they change no bit.</param>
    /// <param name="cancellation">Looked at between bands of rows.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static void Write(ReadOnlyMemory<byte> pixels, PictureGeometry geometry, PictureEncoding encoding, Memory<byte> tensor, int threads, CancellationToken cancellation)
    {
        var rows = new BilinearAxis(geometry.Height, geometry.ScaledHeight);
        var columns = new BilinearAxis(geometry.Width, geometry.ScaledWidth);
        int channels = encoding.Channels;
        RowBands.Run(geometry.PaddedHeight, threads, (first, end) =>
        {
            var source = new BilinearRows<byte>(pixels, geometry.Width * channels, rows, columns, channels);
            var scaled = new float[geometry.ScaledWidth * channels];
            var line = new float[geometry.PaddedWidth];
            for (int y = first; y < end; y++)
            {
                source.Read(Math.Min(y, geometry.ScaledHeight - 1), scaled);
                for (int channel = 0; channel < channels; channel++)
                {
                    Normalise(scaled, channel, encoding, line, geometry.ScaledWidth);
                    Store(line, y, channel, geometry, encoding, tensor.Span);
                }
            }
        }, cancellation);
    }

    private static void Normalise(ReadOnlySpan<float> scaled, int channel, PictureEncoding encoding, Span<float> line, int width)
    {
        int channels = encoding.Channels;
        int at = encoding.Colours == ColourOrder.BGR ? 2 - channel : channel;
        var factor = (float)(encoding.Scale / encoding.Deviation[channel]);
        var offset = (float)(-encoding.Mean[channel] / encoding.Deviation[channel]);
        for (int x = 0; x < width; x++, at += channels)
        {
            line[x] = (scaled[at] * factor) + offset;
        }

        line[width..].Fill(line[width - 1]);
    }

    private static void Store(ReadOnlySpan<float> line, int y, int channel, PictureGeometry geometry, PictureEncoding encoding, Span<byte> tensor)
    {
        bool planes = encoding.Layout == PictureLayout.NCHW;
        int at = planes
            ? ((channel * geometry.PaddedHeight) + y) * geometry.PaddedWidth
            : (y * geometry.PaddedWidth * encoding.Channels) + channel;
        int step = planes ? 1 : encoding.Channels;
        switch (encoding.Datatype)
        {
            case TensorDatatype.FP32:
                Floats(line, MemoryMarshal.Cast<byte, float>(tensor)[at..], step);
                break;
            case TensorDatatype.FP16:
                Halves(line, MemoryMarshal.Cast<byte, Half>(tensor)[at..], step);
                break;
            default:
                Bytes(line, tensor[at..], step);
                break;
        }
    }

    private static void Floats(ReadOnlySpan<float> line, Span<float> into, int step)
    {
        if (step == 1)
        {
            line.CopyTo(into);
            return;
        }

        for (int x = 0, at = 0; x < line.Length; x++, at += step)
        {
            into[at] = line[x];
        }
    }

    private static void Halves(ReadOnlySpan<float> line, Span<Half> into, int step)
    {
        for (int x = 0, at = 0; x < line.Length; x++, at += step)
        {
            into[at] = (Half)line[x];
        }
    }

    private static void Bytes(ReadOnlySpan<float> line, Span<byte> into, int step)
    {
        for (int x = 0, at = 0; x < line.Length; x++, at += step)
        {
            into[at] = (byte)Math.Clamp(MathF.Round(line[x], MidpointRounding.ToEven), 0, 255);
        }
    }
}
