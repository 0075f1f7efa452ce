using GradService.Numerics.Tensors;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Wire;

namespace GradService.Models;

/// <summary>What a picture of a segmentation shows.</summary>
internal enum SegmentView
{
    /// <summary>Each pixel in the colour of its class.</summary>
    Mask,

    /// <summary>The mask laid over the picture by half.</summary>
    Overlay,

    /// <summary>Each pixel's class as the index of a palette.</summary>
    Labels,
}

/// <summary>Draws a segmentation as PNG.</summary>
internal static class SegmentPicture
{
    public const string MediaType = "image/png";

    /// <summary>The PNG's bytes.</summary>
    /// <exception cref="BodyException">An index PNG cannot hold so many classes.</exception>
    public static byte[] Draw(Segmented found, SegmentView view, TensorScope scope)
    {
        IReadOnlyList<Rgb> colours = found.Takes.Colours(found.Classes);
        int width = found.Pictures.Width;
        ReadOnlySpan<int> labels = found.Of(0);
        if (view == SegmentView.Labels && found.Classes > ColourMask.MaxIndices)
        {
            throw new BodyException("view", $"The model has {found.Classes} classes, and an index PNG holds {ColourMask.MaxIndices}; ask for Accept: application/json.", BodyException.Senseless);
        }

        // The file itself is at most about as large as the pixels.
        Memory<byte> scratch = scope.RentBytes((long)ColourMask.ScratchBytesPerPixel * labels.Length);
        scope.Reserve(scratch.Length);
        return view switch
        {
            SegmentView.Overlay => ColourMask.Overlay(labels, width, colours, found.Pictures.Of(0).Span, scratch.Span),
            SegmentView.Labels => ColourMask.Indices(labels, width, colours, scratch.Span),
            _ => ColourMask.Mask(labels, width, colours, scratch.Span),
        };
    }
}
