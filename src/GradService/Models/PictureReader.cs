using System.Diagnostics;
using GradService.Hosting;
using GradService.Hosting.Telemetry;
using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Wire;

namespace GradService.Models;

/// <summary>Reads pictures and label pictures from files and from tensors, into the memory of the request.</summary>
internal sealed class PictureReader(Limits limits, MemoryBudget budget)
{
    // What a pixel takes at most while it is decoded: in the codec, as RGBA and as RGB.
    private const int BytesPerPixel = 16;

    private readonly long _maxPixels = Math.Min(limits.MaxTensorElements / 3, limits.MaxInFlightBytes / BytesPerPixel);

    /// <summary>Decodes a picture.</summary>
    /// <param name="file">PNG, JPEG or WebP.</param>
    /// <param name="path">What the caller calls it: <c>image</c>, or <c>$</c> when it is the body.</param>
    /// <param name="scope">What its pixels are rented from.</param>
    /// <exception cref="BodyException">It is no such picture, broken or too large.</exception>
    public SentPictures Decode(ReadOnlyMemory<byte> file, string path, TensorScope scope)
    {
        try
        {
            using Activity? span = Spans.DecodePicture();
            using EncodedPicture picture = EncodedPicture.Open(file, _maxPixels);
            using var decoding = new TensorScope(budget);
            decoding.Reserve(picture.CodecBytes);
            Memory<byte> scratch = decoding.RentBytes(picture.ScratchBytes);
            Memory<byte> rgb = scope.RentBytes(picture.RgbBytes);
            picture.Decode(scratch.Span, rgb.Span);
            return new SentPictures(1, picture.Height, picture.Width, rgb);
        }
        catch (PictureException exception)
        {
            throw Refusal(exception, path);
        }
    }

    /// <summary>Reads the class of each pixel from a label picture.</summary>
    /// <param name="file">An index PNG, or an RGB one in the model's colours.</param>
    /// <param name="colours">The model's colours.</param>
    /// <param name="pictures">The picture that the labels belong to.</param>
    /// <param name="scope">What the labels are rented from.</param>
    /// <returns><c>[1, height, width]</c>.</returns>
    /// <exception cref="BodyException">It holds no labels, or is of another size than the picture.</exception>
    public Tensor<int> DecodeLabels(ReadOnlyMemory<byte> file, IReadOnlyList<Rgb> colours, SentPictures pictures, TensorScope scope)
    {
        const string Path = "labels";
        try
        {
            using Activity? span = Spans.DecodePicture();
            using var decoding = new TensorScope(budget);
            decoding.Reserve(file.Length);
            using LabelPicture picture = LabelPicture.Open(file, _maxPixels);
            if ((picture.Width, picture.Height) != (pictures.Width, pictures.Height))
            {
                string turned = (picture.Width, picture.Height) == (pictures.Height, pictures.Width) ? " The picture's EXIF orientation may turn it: labels are for the upright picture." : string.Empty;
                throw new BodyException(
                    Path,
                    $"{picture.Width} x {picture.Height} pixels (width x height) were found; expected {pictures.Width} x {pictures.Height}, the size of the picture.{turned}",
                    BodyException.Senseless);
            }

            decoding.Reserve(picture.CodecBytes);
            Memory<byte> scratch = decoding.RentBytes(picture.ScratchBytes);
            Tensor<int> labels = scope.Rent<int>(new Shape(1, picture.Height, picture.Width));
            picture.Decode(scratch.Span, colours, labels.Span);
            return labels;
        }
        catch (PictureException exception)
        {
            throw Refusal(exception, Path);
        }
    }

    /// <summary>Takes a tensor for pictures.</summary>
    /// <param name="image"><c>[H, W, 3]</c> or <c>[B, H, W, 3]</c>, whole numbers from 0 to 255: red, green, blue.</param>
    /// <param name="scope">What the pixels are rented from.</param>
    /// <exception cref="BodyException">The tensor is of another shape, empty, or has a value that is no byte.</exception>
    /// <exception cref="OperandException">It holds no whole numbers.</exception>
    public static SentPictures Take(Tensor image, TensorScope scope)
    {
        Shape shape = image.Shape;
        if (shape.Rank is not (3 or 4) || shape[-1] != 3)
        {
            throw new BodyException("image", $"Shape {shape} was found; expected [H, W, 3] or [B, H, W, 3]: red, green and blue of each pixel, from 0 to 255.", BodyException.Senseless);
        }

        if (shape.Length == 0)
        {
            throw new BodyException("image", $"Shape {shape} has no pixels; expected one at least.", BodyException.Senseless);
        }

        Tensor<long> values = image.ToIntegers<long>(scope, "image");
        Memory<byte> rgb = scope.RentBytes(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            long value = values.Span[i];
            rgb.Span[i] = value is >= 0 and <= 255
                ? (byte)value
                : throw new BodyException($"image{string.Concat(shape.Unravel(i).Select(index => $"[{index}]"))}", $"{value} was found; expected a whole number from 0 to 255.", BodyException.Senseless);
        }

        return new SentPictures(shape.Rank == 4 ? shape[0] : 1, shape[-3], shape[-2], rgb);
    }

    private static BodyException Refusal(PictureException exception, string path) => new(path, exception.Message, exception.Fault switch
    {
        PictureFault.UnknownFormat => StatusCodes.Status415UnsupportedMediaType,
        PictureFault.TooLarge => BodyException.OverLimit,
        PictureFault.Broken => BodyException.Malformed,
        _ => BodyException.Senseless,
    });
}
