using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GradService.Numerics.Vectors;

/// <summary>Folding eight lanes into one number.</summary>
internal static unsafe class Lanes
{
    /// <summary>The sum of the lanes, always in pairs of neighbours: <see cref="Vector512.Sum{T}"/> leaves the order to the machine.</summary>
    public static double Sum(Vector512<double> v) =>
        ((v.GetElement(0) + v.GetElement(1)) + (v.GetElement(2) + v.GetElement(3))) + ((v.GetElement(4) + v.GetElement(5)) + (v.GetElement(6) + v.GetElement(7)));

    /// <summary>The sum of eight lanes in memory, as <see cref="Sum(Vector512{double})"/> has it.</summary>
    public static double Sum(double* lanes) => Sum(Vector512.Load(lanes));

    /// <summary>The sums of four vectors side by side, each as <see cref="Sum(Vector512{double})"/> has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Sums(Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d) => Avx.IsSupported
        ? Quads(a.GetLower(), b.GetLower(), c.GetLower(), d.GetLower()) + Quads(a.GetUpper(), b.GetUpper(), c.GetUpper(), d.GetUpper())
        : Vector256.Create(Sum(a), Sum(b), Sum(c), Sum(d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Quads(Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d)
    {
        Vector256<double> ab = Avx.HorizontalAdd(a, b);
        Vector256<double> cd = Avx.HorizontalAdd(c, d);
        return Avx.Permute2x128(ab, cd, 0x20) + Avx.Permute2x128(ab, cd, 0x31);
    }
}
