using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;

namespace GradService.Fuzzing.Targets;

/// <summary>A picture, decoded as one to segment and as one of labels.</summary>
internal static class PictureTarget
{
    private const int MostPixels = 1 << 18;

    private static readonly Rgb[] Colours = [new(0, 0, 0), new(128, 0, 0), new(0, 128, 0)];

    public static void Read(byte[] bytes)
    {
        try
        {
            using EncodedPicture picture = EncodedPicture.Open(bytes, MostPixels);
            picture.Decode(new byte[picture.ScratchBytes], new byte[picture.RgbBytes]);
        }
        catch (PictureException)
        {
            // It may still be labels.
        }

        using LabelPicture labels = LabelPicture.Open(bytes, MostPixels);
        labels.Decode(new byte[labels.ScratchBytes], Colours, new int[labels.Width * labels.Height]);
    }
}
