namespace GradService.Numerics.Classification;

/// <summary>The plane that a boundary is drawn in: two features vary, the others are fixed.</summary>
/// <param name="XAxis">The feature drawn to the right.</param>
/// <param name="YAxis">The feature drawn upwards.</param>
/// <param name="XMin">The left edge.</param>
/// <param name="XMax">The right edge.</param>
/// <param name="YMin">The lower edge.</param>
/// <param name="YMax">The upper edge.</param>
public readonly record struct BoundaryPlane(int XAxis, int YAxis, double XMin, double XMax, double YMin, double YMax);
