using System.Numerics;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Onnx.Pictures;

/// <summary>Scores as a model gave them for one picture, and how they come back to the picture's size.</summary>
/// <remarks>
/// The padding's part is left out and what remains is resized bilinearly with half-pixel centres, as
/// torch.nn.functional.interpolate(mode="bilinear", align_corners=False) does. A model may answer at another size than its input's; the scale
/// is then that from its output to the picture.
/// </remarks>
/// <param name="Height">The height of the scores.</param>
/// <param name="Width">The width of the scores.</param>
/// <param name="Channels">The number of scores at each position: the classes, or 1 for a binary mask.</param>
/// <param name="Layout">Whether the channels come first or last.</param>
/// <param name="Datatype">The type of the scores: FP32 or FP16.</param>
/// <param name="Geometry">How the picture had become the model's input.</param>
public sealed record ScoreMap(int Height, int Width, int Channels, PictureLayout Layout, TensorDatatype Datatype, PictureGeometry Geometry)
{
    /// <summary>Brings the scores of some rows of the picture to its size.</summary>
    /// <param name="scores">The scores of one picture, in their own layout, as the bytes of the elements.</param>
    /// <param name="threads">The most threads at once; they change no bit.</param>
    /// <param name="row">
    /// Receives each row of the picture: its number, and the scores <c>[channels, width]</c>, which are overwritten after it returns.
    /// Rows come in no particular order, and on several threads.
    /// </param>
    /// <param name="cancellation">Looked at between bands of rows.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public void Rows(ReadOnlyMemory<byte> scores, int threads, ScoreRow row, CancellationToken cancellation)
    {
        if (Datatype == TensorDatatype.FP16)
        {
            Rows<Half>(scores, threads, row, cancellation);
        }
        else
        {
            Rows<float>(scores, threads, row, cancellation);
        }
    }

    private void Rows<T>(ReadOnlyMemory<byte> scores, int threads, ScoreRow row, CancellationToken cancellation)
        where T : unmanaged, INumberBase<T>
    {
        BilinearAxis rows = Axis(Height, Geometry.PaddedHeight, Geometry.ScaledHeight, Geometry.Height);
        BilinearAxis columns = Axis(Width, Geometry.PaddedWidth, Geometry.ScaledWidth, Geometry.Width);
        RowBands.Run(Geometry.Height, threads, (first, end) =>
        {
            int width = Geometry.Width;
            int plane = scores.Length / Channels;
            BilinearRows<T>[] planes = Layout == PictureLayout.NCHW
                ? [.. Enumerable.Range(0, Channels).Select(channel => new BilinearRows<T>(scores.Slice(channel * plane, plane), Width, rows, columns, 1))]
                : [new BilinearRows<T>(scores, Width * Channels, rows, columns, Channels)];
            var line = new float[width * Channels];
            var mixed = Layout == PictureLayout.NCHW ? [] : new float[width * Channels];
            for (int y = first; y < end; y++)
            {
                if (Layout == PictureLayout.NCHW)
                {
                    for (int channel = 0; channel < Channels; channel++)
                    {
                        planes[channel].Read(y, line.AsSpan(channel * width, width));
                    }
                }
                else
                {
                    planes[0].Read(y, mixed);
                    Separate(mixed, line);
                }

                row(y, line);
            }
        }, cancellation);
    }

    private void Separate(ReadOnlySpan<float> mixed, Span<float> planes)
    {
        int width = Geometry.Width;
        for (int x = 0, at = 0; x < width; x++)
        {
            for (int channel = 0; channel < Channels; channel++)
            {
                planes[(channel * width) + x] = mixed[at++];
            }
        }
    }

    private static BilinearAxis Axis(int scores, int padded, int scaled, int picture)
    {
        int kept = (int)Math.Min(scores, (((long)scaled * scores) + padded - 1) / padded);
        return new BilinearAxis(kept, picture, (float)((double)scaled * scores / padded / picture));
    }
}

/// <summary>Takes the scores of one row of a picture.</summary>
/// <param name="row">From 0.</param>
/// <param name="scores"><c>[channels, width]</c>; theirs only until the call returns.</param>
public delegate void ScoreRow(int row, ReadOnlySpan<float> scores);
