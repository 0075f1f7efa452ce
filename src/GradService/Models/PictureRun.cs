using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Onnx;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Onnx.Running;

namespace GradService.Models;

/// <summary>Shows pictures to a model.</summary>
internal static class PictureRun
{
    /// <summary>Scales, normalises and pads the pictures as the model wants them, and runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="takes">How it takes pictures.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="scope">What its input is rented from, and what its output is charged to.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="ModelException">The model does not answer, or not with scores.</exception>
    public static async Task<ModelScores> RunAsync(OnnxModel model, PictureModel takes, SentPictures pictures, TensorScope scope, Execution execution)
    {
        PictureGeometry geometry = takes.Geometry(pictures.Width, pictures.Height);
        long[] shape = takes.InputShape(pictures.Count, geometry);
        Memory<byte> input = scope.RentBytes(shape.Aggregate((long)takes.Encoding.ElementBytes, (bytes, axis) => bytes * axis));
        int bytes = input.Length / pictures.Count;
        for (int picture = 0; picture < pictures.Count; picture++)
        {
            Write(pictures, picture, takes, geometry, input.Slice(picture * bytes, bytes), scope, execution);
        }

        ModelResult result = await model.RunAsync(
            [new ModelInput(takes.InputName, takes.Encoding.Datatype, shape, input)], [takes.OutputName], execution.Cancellation).ConfigureAwait(false);
        try
        {
            scope.GiveBack(input);
            scope.Reserve(result.Outputs[0].Bytes.Length);
            ScoreMap map = takes.Scores(model.Name, result.Outputs[0], pictures.Count, geometry);
            return new ModelScores(result, map, pictures, takes.IsBinary, takes.Manifest.Threshold);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static void Write(SentPictures pictures, int picture, PictureModel takes, PictureGeometry geometry, Memory<byte> input, TensorScope scope, Execution execution)
    {
        Memory<byte> pixels = pictures.Of(picture);
        Memory<byte> grey = default;
        if (takes.Encoding.Colours == ColourOrder.GREY)
        {
            grey = scope.RentBytes(pixels.Length / 3);
            PictureTensor.Luminance(pixels.Span, grey.Span);
            pixels = grey;
        }

        Memory<byte> resized = default;
        if (takes.Manifest.Resize == PictureResize.BilinearAntialias && geometry.IsScaled)
        {
            int channels = takes.Encoding.Channels;
            resized = scope.RentBytes((long)geometry.ScaledHeight * geometry.ScaledWidth * channels);
            Memory<byte> scratch = scope.RentBytes(AntialiasedResize.ScratchBytes(geometry.Height, geometry.ScaledWidth, channels));
            AntialiasedResize.Resize(pixels.Span, geometry.Width, geometry.Height, channels, scratch.Span, geometry.ScaledWidth, geometry.ScaledHeight, resized.Span, execution.Cancellation);
            scope.GiveBack(scratch);
            pixels = resized;
            geometry = geometry with { Width = geometry.ScaledWidth, Height = geometry.ScaledHeight };
        }

        PictureTensor.Write(pixels, geometry, takes.Encoding, input, execution.Threads, execution.Cancellation);
        foreach (Memory<byte> rented in (Memory<byte>[])[resized, grey])
        {
            if (!rented.IsEmpty)
            {
                scope.GiveBack(rented);
            }
        }
    }
}
