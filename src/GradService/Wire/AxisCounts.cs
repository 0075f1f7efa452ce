using System.Runtime.CompilerServices;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>One number for each depth of nesting, from 1 to <see cref="Shape.MaxRank"/>; index 0 is not used.</summary>
[InlineArray(Shape.MaxRank + 1)]
internal struct AxisCounts
{
    private int _first;
}
