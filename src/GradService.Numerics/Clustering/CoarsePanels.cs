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

    // For a squared length that is known roughly, and for slacks that are rounded.
    private const double Spare = 1.01;

    private readonly float _largestSquare;
    private readonly float _fixed;
    private readonly float _byLength;
    private readonly float _bySquare;

    /// <summary>Packs centroids.</summary>
    /// <param name="panels">The centroids.</param>
    /// <param name="points">The points.</param>
    /// <param name="count">How many.</param>
    /// <param name="memory">Where the panels are kept; see <see cref="Room"/>.</param>
    public CoarsePanels(in CentroidPanels<T> panels, T* points, int count, ref Scratch memory)
    {
        Pairs = (panels.Dimensions + 1) / 2;
        Columns = (int)CentroidPanels<T>.Whole(panels.Count, ShortProductTile.Columns);
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
        double rounded = (root * farthest / unitsOfPoint) + (4 * Rounding * Rounding * panels.Dimensions / (unitsOfPoint * unitsOfCentroid));
        (double known, double bySquare) = panels.SlackBound;
        _fixed = (float)(Spare * (known + rounded));
        _byLength = (float)(Spare * root / unitsOfCentroid);
        _bySquare = (float)(Spare * bySquare);
        if (Usable)
        {
            Pack(panels, (float)unitsOfCentroid);
        }
    }

    /// <summary>Centroids and the columns that fill the last panel.</summary>
    public int Columns { get; }

    /// <summary>Pairs of coordinates.</summary>
    public int Pairs { get; }

    /// <summary>The moved centroids, <c>[panel, pairs, 32]</c>, two coordinates in a number.</summary>
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
    public static (long Count, int Parts) Room(int count, int dimensions)
    {
        long columns = CentroidPanels<T>.Whole(count, ShortProductTile.Columns);
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

    /// <summary>As <see cref="CentroidPanels{T}.Slack"/>, with what the rounding may change, for points that <see cref="Holds"/> says yes to.</summary>
    /// <param name="squaredLength">x², of the moved point.</param>
    public float Slack(float squaredLength) => _fixed + (_bySquare * squaredLength) + (_byLength * MathF.Sqrt(squaredLength));

    // Eight columns at a time, which lie side by side here and there.
    private void Pack(in CentroidPanels<T> panels, float units)
    {
        const int Some = 8;
        Vector256<float> scale = Vector256.Create(-0.5f * units);
        for (int k = 0; k < Columns; k += Some)
        {
            int* columns = Factors + ((long)(k / ShortProductTile.Columns) * Pairs * ShortProductTile.Columns) + (k % ShortProductTile.Columns);
            for (int pair = 0; pair < Pairs; pair++, columns += ShortProductTile.Columns)
            {
                Vector256<int> first = Avx.ConvertToVector256Int32(panels.EightFactors(k, 2 * pair) * scale);
                Vector256<int> second = Avx.ConvertToVector256Int32(panels.EightFactors(k, (2 * pair) + 1) * scale);
                ((first & Vector256.Create(0xFFFF)) | (second << 16)).Store(columns);
            }
        }
    }
}
