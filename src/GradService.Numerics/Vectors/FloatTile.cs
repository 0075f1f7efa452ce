using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>A few positions by all classes in FP32, class-major: what a <see cref="Tile"/> is in FP64, with sixteen positions in a step.</summary>
internal static unsafe class FloatTile
{
    /// <summary>Positions in one step of the arithmetic.</summary>
    public const int Lanes = 16;

    /// <summary>The most classes with which a <see cref="Tile"/> is as wide as a step.</summary>
    public const int MostClasses = 256;

    /// <summary>From a class to the next, in elements: whole cache lines, and no power of two, as <see cref="Tile.Stride"/> has it.</summary>
    public static int Stride(int width) => width + Lanes;

    /// <summary>The position after so many, rounded up to whole steps.</summary>
    public static int WholeLanes(int count) => (count + Lanes - 1) & -Lanes;

    /// <summary>Where the positions lie class-major and side by side in the tensor; null where they do not.</summary>
    public static float* InPlace(float* values, AxisView view, int first, int count)
    {
        (int outer, int inner) = Math.DivRem(first, view.Inner);
        return view.Inner > 1 && count % Lanes == 0 && inner + count <= view.Inner ? values + ((long)outer * view.Count * view.Inner) + inner : null;
    }
}
