namespace GradService.Models;

/// <summary>Pictures of one size, upright and in RGB, as they came in.</summary>
/// <param name="Count">How many; one, unless a tensor held more.</param>
/// <param name="Height">The height of each.</param>
/// <param name="Width">The width of each.</param>
/// <param name="Rgb"><c>[count, height, width, 3]</c>, 8 bits each.</param>
internal sealed record SentPictures(int Count, int Height, int Width, Memory<byte> Rgb)
{
    /// <summary>The pixels of one of them.</summary>
    public Memory<byte> Of(int picture) => Rgb.Slice(picture * PictureBytes, PictureBytes);

    /// <summary>The elements of all of them.</summary>
    public int Elements => Rgb.Length;

    private int PictureBytes => Height * Width * 3;
}
