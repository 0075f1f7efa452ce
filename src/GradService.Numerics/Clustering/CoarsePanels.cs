using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>
/// <see cref="CentroidPanels{T}"/> in 16 bits, with which a machine multiplies twice as fast, for points that are not far longer than those of a
/// sample. Products are exact sums of rounded factors; what the rounding may change is known, and lets in a few more centroids to be measured.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct CoarsePanels<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Of fewer dimensions or centroids the rounding of the points takes as long as it saves.
    private const int FewestDimensions = 16;
    private const int FewestCentroids = 33;

    private const int Sample = 64;

    // The length of the longest point and centroid, in units: the product of two stays below 2^31, and no coordinate leaves 16 bits.
    private const double Length = 32700;

    // Of half a unit, and the rounding before it.
    private const double Rounding = 0.51;

    private readonly float _largestSquare;
    private readonly float _unitsOfPoint;
    private readonly double _fixed;
    private readonly double _byLength;

    /// <summary>Packs centroids.</summary>
    /// <param name="panels">The centroids.</param>
    /// <param name="points">The points.</param>
    /// <param name="count">How many.</param>
    /// <param name="memory">Where the panels are kept; see <see cref="Room"/>.</param>
    public CoarsePanels(in CentroidPanels<T> panels, T* points, int count, ref Scratch memory)
    {
        Pairs = (panels.Dimensions + 1) / 2;
        Width = WidthOf(panels.Width);
        Columns = (int)CentroidPanels<T>.Whole(panels.Count, Width);
        Factors = (int*)memory.Take(((long)Columns * Pairs + 1) / 2);
        float* moved = (float*)memory.Take((panels.Dimensions + 1) / 2);
        for (int i = 0; i < Math.Min(Sample, count); i++)
        {
            long at = (long)i * count / Math.Min(Sample, count);
            float square = panels.Move(points + (at * panels.Dimensions), moved);
            _largestSquare = square > _largestSquare ? square : _largestSquare;
        }

        _largestSquare *= 1.5f;
        double longest = Math.Sqrt(_largestSquare);
        double farthest = Math.Sqrt(panels.Largest);
        Usable = panels.Usable && longest is > 1e-15 and < 1e15 && farthest > 0;
        double unitsOfPoint = Length / longest;
        double unitsOfCentroid = Length / farthest;
        _unitsOfPoint = (float)unitsOfPoint;
        Unit = (float)(-2 / (unitsOfPoint * unitsOfCentroid));

        // |x'c' - xc| for coordinates rounded to units; a score has twice the error, and two are compared.
        double root = 4 * Rounding * Math.Sqrt(panels.Dimensions);
        _byLength = root / unitsOfCentroid;
        _fixed = (root * farthest / unitsOfPoint) + (4 * Rounding * Rounding * panels.Dimensions / (unitsOfPoint * unitsOfCentroid));
        if (Usable)
        {
            Pack(panels, (float)unitsOfCentroid);
        }
    }

    /// <summary>Columns in a panel, 64 or 32.</summary>
    public int Width { get; }

    /// <summary>Centroids and the columns that fill the last panel.</summary>
    public int Columns { get; }

    /// <summary>Pairs of coordinates.</summary>
    public int Pairs { get; }

    /// <summary>The moved centroids, <c>[panel, pairs, width]</c>, two coordinates in a number.</summary>
    public int* Factors { get; }

    /// <summary>What sums of products are multiplied by.</summary>
    public float Unit { get; }

    /// <summary>Whether there are panels.</summary>
    public bool Usable { get; }

    /// <summary>Whether it is worth having them.</summary>
    public static bool Fits(int count, int dimensions, int lanes) =>
        lanes == 16 && ShortProductTile.IsSupported && dimensions >= FewestDimensions && count >= FewestCentroids;

    /// <summary>The numbers that the packed centroids take, and in how many parts.</summary>
    public static (long Count, int Parts) Room(int count, int dimensions, int lanes)
    {
        long columns = CentroidPanels<T>.Whole(count, WidthOf(CentroidPanels<T>.PanelWidth(count, lanes)));
        return ((columns * ((dimensions + 1) / 2) / 2) + (dimensions / 2) + 2, 2);
    }

    /// <summary>Whether the products hold for moved points of such squared lengths.</summary>
    public bool Holds(float* squares, int count)
    {
        bool all = true;
        for (int i = 0; i < count; i++)
        {
            all &= squares[i] <= _largestSquare;
        }

        return all;
    }

    /// <summary>How much more than in FP32 a score may lie above the lowest one, though its centroid is the nearest.</summary>
    /// <param name="squaredLength">x², of the moved point.</param>
    public double Slack(float squaredLength) => _fixed + (_byLength * Math.Sqrt(1.01 * squaredLength));

    /// <summary>Rounds a moved point.</summary>
    public void Round(float* moved, int dimensions, short* rounded)
    {
        int d = 0;
        Vector512<float> units = Vector512.Create(_unitsOfPoint);
        for (; d <= dimensions - Vector512<float>.Count; d += Vector512<float>.Count)
        {
            Vector512<int> whole = Avx512F.ConvertToVector512Int32(Vector512.Load(moved + d) * units);
            Avx512F.ConvertToVector256Int16WithSaturation(whole).Store(rounded + d);
        }

        for (; d < dimensions; d++)
        {
            rounded[d] = (short)MathF.Round(moved[d] * _unitsOfPoint);
        }

        if ((dimensions & 1) != 0)
        {
            rounded[d] = 0;
        }
    }

    private static int WidthOf(int width) => width == ProductTile.Mixed ? 32 : width;

    private void Pack(in CentroidPanels<T> panels, float units)
    {
        for (int k = 0; k < Columns; k++)
        {
            int* column = Factors + ((long)(k / Width) * Pairs * Width) + (k % Width);
            for (int pair = 0; pair < Pairs; pair++)
            {
                int first = Rounded(panels, k, 2 * pair, units);
                int second = Rounded(panels, k, (2 * pair) + 1, units);
                column[(long)pair * Width] = (first & 0xFFFF) | (second << 16);
            }
        }
    }

    private static int Rounded(in CentroidPanels<T> panels, int k, int d, float units) =>
        k < panels.Columns && d < panels.Dimensions ? (int)MathF.Round(panels.Factor(k, d) * -0.5f * units) : 0;
}
