namespace GradService.Numerics.Classification;

/// <summary>A piece of a boundary, in the coordinates of the plane.</summary>
/// <param name="Pair">The index of the hyperplane it lies on.</param>
/// <param name="X1">Where it begins.</param>
/// <param name="Y1">Where it begins.</param>
/// <param name="X2">Where it ends.</param>
/// <param name="Y2">Where it ends.</param>
public readonly record struct BoundarySegment(int Pair, double X1, double Y1, double X2, double Y2);
