using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>Folding eight lanes into one number.</summary>
internal static class Lanes
{
    /// <summary>The sum of the lanes, always in pairs of neighbours: <see cref="Vector512.Sum{T}"/> leaves the order to the machine.</summary>
    public static double Sum(Vector512<double> v) =>
        ((v.GetElement(0) + v.GetElement(1)) + (v.GetElement(2) + v.GetElement(3))) + ((v.GetElement(4) + v.GetElement(5)) + (v.GetElement(6) + v.GetElement(7)));
}
