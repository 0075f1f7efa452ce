namespace GradService.Onnx.Pictures;

/// <summary>How a picture becomes as large as a model takes it: first scaled, then padded at the bottom and on the right.</summary>
/// <param name="Width">The picture's own width.</param>
/// <param name="Height">The picture's own height.</param>
/// <param name="ScaledWidth">The width after scaling.</param>
/// <param name="ScaledHeight">The height after scaling.</param>
/// <param name="PaddedWidth">The width of the model's input.</param>
/// <param name="PaddedHeight">The height of the model's input.</param>
public readonly record struct PictureGeometry(int Width, int Height, int ScaledWidth, int ScaledHeight, int PaddedWidth, int PaddedHeight)
{
    /// <summary>Whether the picture is taken at another size than its own.</summary>
    public bool IsScaled => (ScaledWidth, ScaledHeight) != (Width, Height);

    /// <summary>The geometry for a model that takes one size only: the picture is scaled to it, its proportions with it.</summary>
    /// <param name="width">The picture's width, at least 1.</param>
    /// <param name="height">The picture's height, at least 1.</param>
    /// <param name="inputWidth">The width that the model takes.</param>
    /// <param name="inputHeight">The height that the model takes.</param>
    public static PictureGeometry Fixed(int width, int height, int inputWidth, int inputHeight) =>
        new(width, height, inputWidth, inputHeight, inputWidth, inputHeight);

    /// <summary>The geometry for a model that takes any size: the picture keeps its own, but for one whose longer side is over the limit.</summary>
    /// <param name="width">The picture's width, at least 1.</param>
    /// <param name="height">The picture's height, at least 1.</param>
    /// <param name="stride">The model's sizes are multiples of this, at least 1.</param>
    /// <param name="maxSide">The longest side allowed, in pixels; a longer one is scaled down to it and the other in proportion. Null for no limit.</param>
    public static PictureGeometry Dynamic(int width, int height, int stride, int? maxSide)
    {
        int longer = Math.Max(width, height);
        (int scaledWidth, int scaledHeight) = maxSide is { } limit && longer > limit
            ? (Scaled(width, limit, longer), Scaled(height, limit, longer))
            : (width, height);
        return new PictureGeometry(width, height, scaledWidth, scaledHeight, Multiple(scaledWidth, stride), Multiple(scaledHeight, stride));
    }

    private static int Scaled(int side, int limit, int longer) =>
        (int)Math.Max(1, Math.Round((double)side * limit / longer, MidpointRounding.AwayFromZero));

    private static int Multiple(int side, int stride) => checked((int)(((long)side + stride - 1) / stride * stride));
}
