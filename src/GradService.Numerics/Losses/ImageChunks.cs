using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>Positions cut into images, and each image into chunks, so that no chunk holds parts of two.</summary>
/// <param name="Images">How many images.</param>
/// <param name="PerImage">The positions in one.</param>
/// <param name="ChunkPositions">The positions in a chunk, but for an image's last.</param>
internal readonly record struct ImageChunks(int Images, int PerImage, int ChunkPositions)
{
    /// <summary>The chunks of one image.</summary>
    public int PerImageCount => Chunks.Count(PerImage, ChunkPositions);

    /// <summary>All chunks.</summary>
    public int Count => Images * PerImageCount;

    /// <summary>Cuts a view's positions.</summary>
    public static ImageChunks Of(AxisView view, int images) =>
        new(images, images == 0 ? 0 : view.Positions / images, Tile.ChunkPositions(view.Count));

    /// <summary>The image of a chunk, and its positions.</summary>
    public (int Image, int First, int End) At(int chunk)
    {
        (int image, int part) = Math.DivRem(chunk, PerImageCount);
        int begin = image * PerImage;
        int first = begin + (part * ChunkPositions);
        return (image, first, (int)Math.Min((long)begin + PerImage, (long)first + ChunkPositions));
    }
}
