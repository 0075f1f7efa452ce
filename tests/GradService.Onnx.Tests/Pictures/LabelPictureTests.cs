using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;

namespace GradService.Onnx.Tests.Pictures;

public sealed class LabelPictureTests
{
    private static readonly Rgb[] Palette = [new(255, 0, 0), new(0, 255, 0), new(0, 0, 255), new(255, 255, 0)];

    [Theory]
    [InlineData("index-grey1.png", new[] { 0, 1, 1, 0 })]
    [InlineData("index-grey2.png", new[] { 0, 1, 2, 3 })]
    [InlineData("index-grey4.png", new[] { 0, 1, 2, 3 })]
    [InlineData("index-grey8.png", new[] { 0, 1, 2, 255 })]
    [InlineData("index-palette1.png", new[] { 0, 1, 1, 0 })]
    [InlineData("index-palette2.png", new[] { 0, 1, 2, 3 })]
    [InlineData("index-palette4.png", new[] { 0, 1, 2, 3 })]
    [InlineData("palette.png", new[] { 0, 1, 2, 3 })]
    [InlineData("palette-transparent.png", new[] { 0, 1, 2, 3 })]
    [InlineData("rgb.png", new[] { 0, 1, 2, 3 })]
    public void Classes_are_read_from_indices_and_from_colours(string name, int[] quadrants)
    {
        int[] labels = Read(Sample.Read(name), Palette);
        for (int i = 0; i < labels.Length; i++)
        {
            int quadrant = (2 * (i / Sample.Width / 16)) + (i % Sample.Width / 24);
            Assert.Equal(quadrants[quadrant], labels[i]);
        }
    }

    [Fact]
    public void A_colour_that_is_no_class_is_named_with_its_place()
    {
        PictureException exception = Assert.Throws<PictureException>(() => Read(Sample.Read("rgb.png"), Palette[..3]));
        Assert.Equal(PictureFault.Senseless, exception.Fault);
        Assert.Contains("row 16, column 24 is #ffff00", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rgb.jpg", PictureFault.UnknownFormat, "JPEG")]
    [InlineData("lossless.webp", PictureFault.UnknownFormat, "WebP")]
    [InlineData("other.gif", PictureFault.UnknownFormat, "GIF")]
    [InlineData("grey16.png", PictureFault.Senseless, "16 bits")]
    [InlineData("grey-alpha.png", PictureFault.Senseless, "grey with alpha")]
    [InlineData("bomb.png", PictureFault.TooLarge, "60000 x 60000")]
    public void What_holds_no_classes_is_refused(string name, PictureFault fault, string message)
    {
        PictureException exception = Assert.Throws<PictureException>(() => Read(Sample.Read(name), Palette));
        Assert.Equal(fault, exception.Fault);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("index-palette4.png")]
    [InlineData("rgb.png")]
    public void A_file_cut_short_is_an_error(string name)
    {
        byte[] file = Sample.Read(name);
        Assert.Equal(PictureFault.Broken, Assert.Throws<PictureException>(() => Read(file[..20], Palette)).Fault);
        Assert.Equal(PictureFault.Broken, Assert.Throws<PictureException>(() => Read(file[..^30], Palette)).Fault);
    }

    private static int[] Read(byte[] file, IReadOnlyList<Rgb> palette)
    {
        using LabelPicture picture = LabelPicture.Open(file, Sample.ManyPixels);
        var labels = new int[picture.Width * picture.Height];
        picture.Decode(new byte[picture.ScratchBytes], palette, labels);
        return labels;
    }
}
