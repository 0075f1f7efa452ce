using GradService.Onnx.Pictures;

namespace GradService.Onnx.Tests.Pictures;

public sealed class EncodedPictureTests
{
    private static readonly int[][] Colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]];
    private static readonly int[][] Greys = [[0, 0, 0], [85, 85, 85], [170, 170, 170], [255, 255, 255]];

    [Theory]
    [InlineData("rgb.png", 0)]
    [InlineData("palette.png", 0)]
    [InlineData("rgb16.png", 0)]
    [InlineData("rgb.jpg", 2)]
    [InlineData("progressive.jpg", 2)]
    [InlineData("cmyk.jpg", 3)]
    [InlineData("lossy.webp", 6)]
    [InlineData("animated.webp", 0)]
    public void Colours_come_out_of_every_format(string name, int tolerance) => AssertNear(Colours, Sample.Rgb(Sample.Read(name)), tolerance);

    [Theory]
    [InlineData("grey.png", 0)]
    [InlineData("grey16.png", 0)]
    [InlineData("grey.jpg", 1)]
    public void Grey_is_repeated_in_three_channels(string name, int tolerance) => AssertNear(Greys, Sample.Rgb(Sample.Read(name)), tolerance);

    [Theory]
    [InlineData("rgba.png")]
    [InlineData("palette-transparent.png")]
    [InlineData("lossless.webp")]
    public void What_is_transparent_is_laid_over_white(string name) =>
        AssertNear([[255, 0, 0], [127, 255, 127], [0, 0, 255], [255, 255, 255]], Sample.Rgb(Sample.Read(name)), 0);

    [Fact]
    public void Grey_with_alpha_is_laid_over_white() =>
        AssertNear([[0, 0, 0], [170, 170, 170], [170, 170, 170], [255, 255, 255]], Sample.Rgb(Sample.Read("grey-alpha.png")), 0);

    [Theory]
    [InlineData("orientation-1.jpg")]
    [InlineData("orientation-2.jpg")]
    [InlineData("orientation-3.jpg")]
    [InlineData("orientation-4.jpg")]
    [InlineData("orientation-5.jpg")]
    [InlineData("orientation-6.jpg")]
    [InlineData("orientation-7.jpg")]
    [InlineData("orientation-8.jpg")]
    [InlineData("orientation-5.png")]
    [InlineData("orientation-6.png")]
    [InlineData("orientation-5.webp")]
    [InlineData("orientation-6.webp")]
    public void Every_orientation_comes_out_upright(string name)
    {
        byte[] file = Sample.Read(name);
        using EncodedPicture picture = EncodedPicture.Open(file, Sample.ManyPixels);
        Assert.Equal((Sample.Width, Sample.Height), (picture.Width, picture.Height));
        AssertNear(Colours, Sample.Rgb(file), 6);
    }

    [Theory]
    [InlineData("other.gif", "A GIF file was found")]
    [InlineData("other.bmp", "A BMP file was found")]
    [InlineData("other.tiff", "A TIFF file was found")]
    public void Other_formats_are_named_and_refused(string name, string message) => AssertUnknown(Sample.Read(name), message);

    [Theory]
    [InlineData("", "No bytes were found")]
    [InlineData("garbage", "A format that is not known was found")]
    [InlineData("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "A SVG file was found")]
    public void What_is_no_picture_is_refused(string text, string message) => AssertUnknown(System.Text.Encoding.UTF8.GetBytes(text), message);

    [Fact]
    public void A_HEIC_file_is_named_and_refused() => AssertUnknown([0, 0, 0, 24, .. "ftypheic"u8], "A HEIC file was found");

    [Theory]
    [InlineData("rgb.png")]
    [InlineData("rgb16.png")]
    [InlineData("rgb.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("lossy.webp")]
    [InlineData("lossless.webp")]
    public void A_file_cut_short_anywhere_is_an_error_or_the_whole_picture(string name)
    {
        byte[] file = Sample.Read(name);
        byte[] whole = Sample.Rgb(file);
        int refused = 0;
        for (int length = 12; length < file.Length; length++)
        {
            try
            {
                Assert.Equal(whole, Sample.Rgb(file.AsMemory(0, length)));
            }
            catch (PictureException exception)
            {
                Assert.Equal(PictureFault.Broken, exception.Fault);
                refused++;
            }
        }

        Assert.InRange(refused, file.Length / 2, file.Length);
    }

    [Theory]
    [InlineData("rgb.png")]
    [InlineData("rgb.jpg")]
    [InlineData("lossy.webp")]
    [InlineData("animated.webp")]
    [InlineData("orientation-6.png")]
    public void A_damaged_file_is_an_error_or_a_picture_and_never_worse(string name)
    {
        byte[] file = Sample.Read(name);
        var random = new Random(5);
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. file];
            for (int hit = random.Next(1, 5); hit > 0; hit--)
            {
                damaged[random.Next(12, damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                Sample.Rgb(damaged);
            }
            catch (PictureException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }
    }

    [Fact]
    public void A_bomb_is_refused_by_the_size_it_declares()
    {
        PictureException exception = Assert.Throws<PictureException>(() => EncodedPicture.Open(Sample.Read("bomb.png"), Sample.ManyPixels));
        Assert.Equal(PictureFault.TooLarge, exception.Fault);
        Assert.Contains("60000 x 60000", exception.Message, StringComparison.Ordinal);
        Assert.Contains("10000000", exception.Message, StringComparison.Ordinal);
    }

    private static void AssertUnknown(byte[] bytes, string message)
    {
        PictureException exception = Assert.Throws<PictureException>(() => EncodedPicture.Open(bytes, Sample.ManyPixels));
        Assert.Equal(PictureFault.UnknownFormat, exception.Fault);
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("PNG, JPEG or WebP", exception.Message, StringComparison.Ordinal);
    }

    private static void AssertNear(int[][] expected, byte[] rgb, int tolerance)
    {
        int[][] found = Sample.Quadrants(rgb);
        string text = string.Join(' ', found.Select(colour => $"({string.Join(',', colour)})"));
        Assert.True(expected.Zip(found).All(pair => pair.First.Zip(pair.Second).All(value => Math.Abs(value.First - value.Second) <= tolerance)), text);
    }
}
