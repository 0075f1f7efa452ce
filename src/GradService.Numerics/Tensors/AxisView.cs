namespace GradService.Numerics.Tensors;

/// <summary>
/// Any tensor with one axis singled out, seen as <c>[Outer, Count, Inner]</c>: element <c>(o, c, i)</c> lies at
/// <c>(o * Count + c) * Inner + i</c>. One op written against it serves channels-last (<c>Inner == 1</c>) and channels-first.
/// </summary>
/// <param name="Outer">The product of the axes before the one singled out.</param>
/// <param name="Count">The length of the axis singled out: the number of classes.</param>
/// <param name="Inner">The product of the axes after it.</param>
public readonly record struct AxisView(int Outer, int Count, int Inner)
{
    /// <summary>The number of positions, each with <see cref="Count"/> values along the axis.</summary>
    public int Positions => Outer * Inner;

    /// <summary>The number of elements.</summary>
    public int Length => Outer * Count * Inner;

    /// <summary>Views a shape along one axis.</summary>
    /// <param name="shape">A shape with at least one axis.</param>
    /// <param name="axis">From 0, or from -1 backwards.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape has no such axis.</exception>
    public static AxisView Along(Shape shape, int axis)
    {
        int at = axis < 0 ? axis + shape.Rank : axis;
        ArgumentOutOfRangeException.ThrowIfNegative(at, nameof(axis));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(at, shape.Rank, nameof(axis));
        int outer = 1;
        int inner = 1;
        foreach (int length in shape.Lengths[..at])
        {
            outer *= length;
        }

        foreach (int length in shape.Lengths[(at + 1)..])
        {
            inner *= length;
        }

        return new AxisView(outer, shape[at], inner);
    }
}
