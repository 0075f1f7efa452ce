using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;

namespace GradService.Onnx.Tests.Pictures;

public sealed class ColourMaskTests
{
    private const int Width = 37;
    private const int Height = 21;

    private static readonly IReadOnlyList<Rgb> Colours = Palette.Default(12);
    private static readonly int[] Labels = [.. Enumerable.Range(0, Width * Height).Select(at => at * 7 % 12)];

    [Fact]
    public void A_mask_has_the_colour_of_each_class()
    {
        byte[] rgb = Sample.Rgb(ColourMask.Mask(Labels, Width, Colours, Scratch()));
        Assert.Equal(Labels.SelectMany(label => new[] { Colours[label].Red, Colours[label].Green, Colours[label].Blue }), rgb);
    }

    [Fact]
    public void An_overlay_lies_half_way_between_the_picture_and_the_mask()
    {
        byte[] picture = [.. Enumerable.Range(0, 3 * Width * Height).Select(at => (byte)(at * 3))];
        byte[] rgb = Sample.Rgb(ColourMask.Overlay(Labels, Width, Colours, picture, Scratch()));
        byte[] mask = Sample.Rgb(ColourMask.Mask(Labels, Width, Colours, Scratch()));
        Assert.Equal(picture.Zip(mask, (one, other) => (byte)((one + other + 1) / 2)), rgb);
    }

    [Fact]
    public void An_index_PNG_shows_the_colours_and_reads_back_as_the_classes()
    {
        byte[] file = ColourMask.Indices(Labels, Width, Colours, Scratch());
        Assert.Equal(3, file[25]);
        Assert.Equal(Sample.Rgb(ColourMask.Mask(Labels, Width, Colours, Scratch())), Sample.Rgb(file));
        using LabelPicture picture = LabelPicture.Open(file, Sample.ManyPixels);
        var labels = new int[Labels.Length];
        picture.Decode(new byte[picture.ScratchBytes], [], labels);
        Assert.Equal(Labels, labels);
    }

    [Fact]
    public void The_default_colours_of_256_classes_are_all_different() => Assert.Equal(256, Palette.Default(256).Distinct().Count());

    private static byte[] Scratch() => new byte[Width * Height * ColourMask.ScratchBytesPerPixel];
}
