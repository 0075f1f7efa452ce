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
    private const int Sample = 64;

    // The length of the longest point and centroid, in units: the product of two stays below 2^31, and no coordinate leaves 16 bits.
    private const double Length = 32700;

    // Of half a unit, and the rounding before it.
    private const double Rounding = 0.51;

    private readonly float _largestSquare;
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
        UnitsOfPoint = (float)unitsOfPoint;
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

    /// <summary>What the coordinates of moved points are multiplied by before they are rounded.</summary>
    public float UnitsOfPoint { get; }

    /// <summary>What sums of products are multiplied by.</summary>
    public float Unit { get; }

    /// <summary>Whether there are panels.</summary>
    public bool Usable { get; }

    /// <summary>Whether so many points on vectors of so many floats are worth having them.</summary>
    public static bool Fits(int points, int lanes) => lanes == 16 && ShortProductTile.IsSupported && points >= Sample;

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

    private static int WidthOf(int width) => width == ProductTile.Mixed ? 32 : width;

    // Eight columns at a time, which lie side by side here and there.
    private void Pack(in CentroidPanels<T> panels, float units)
    {
        const int Some = 8;
        Vector256<float> scale = Vector256.Create(-0.5f * units);
        for (int k = 0; k < Columns; k += Some)
        {
            int* columns = Factors + ((long)(k / Width) * Pairs * Width) + (k % Width);
            for (int pair = 0; pair < Pairs; pair++, columns += Width)
            {
                Vector256<int> first = Avx.ConvertToVector256Int32(panels.Factors8(k, 2 * pair) * scale);
                Vector256<int> second = Avx.ConvertToVector256Int32(panels.Factors8(k, (2 * pair) + 1) * scale);
                ((first & Vector256.Create(0xFFFF)) | (second << 16)).Store(columns);
            }
        }
    }
}
