namespace GradService.Onnx.Repository;

/// <summary>The size of a picture that a model takes.</summary>
/// <param name="Height">Rows; 0 for any number.</param>
/// <param name="Width">Columns; 0 for any number.</param>
public readonly record struct PictureSize(int Height, int Width)
{
    /// <summary>Any size.</summary>
    public static PictureSize Dynamic => default;

    /// <summary>Whether any size is taken.</summary>
    public bool IsDynamic => Height == 0;
}
