using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>
/// Centroids made ready for finding candidates in FP32: moved to a common centre, so that a cloud far from the origin keeps its digits,
/// scaled by a power of two, so that nothing overflows, and packed in panels for <see cref="ProductTile"/>. With it goes the bound on the
/// error of the scores, from which <see cref="NearestCentroid{T}"/> knows which centroids it has to measure exactly.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe struct CentroidPanels<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Products added up before the sum is put aside: rounding errors grow with this, not with the number of dimensions.</summary>
    public const int Depth = 128;

    private const int CentreSample = 15;

    // Half a unit in the last place of a float near 1.
    private const double Rounding = 1.0 / (1 << 24);

    private readonly double _relative;
    private readonly double _smallest;
    private readonly double _floor;
    private readonly double _lengthError;
    private readonly T _scale;

    /// <summary>Packs centroids.</summary>
    /// <param name="centroids"><c>[K, D]</c>.</param>
    /// <param name="count">K, at least 1.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="lanes">Floats in a vector: 16, 8 or 4.</param>
    /// <param name="memory">Where the panels are kept; see <see cref="Room"/>.</param>
    public CentroidPanels(T* centroids, int count, int dimensions, int lanes, ref Scratch memory)
    {
        Centroids = centroids;
        Count = count;
        Dimensions = dimensions;
        Width = PanelWidth(count, lanes);
        Columns = (int)Whole(count, Width);
        Padded = (int)Whole(Columns, 2 * lanes);
        Centre = (T*)memory.Take(dimensions);
        Start = (float*)memory.Take((Padded + 1) / 2);
        Factors = (float*)memory.Take((((long)Columns * dimensions) + 1) / 2);
        FindCentre();
        (_scale, Usable) = FindScale();
        (_smallest, Largest) = Pack();
        int slices = (dimensions + Depth - 1) / Depth;
        _relative = RelativeError(dimensions, slices);
        _floor = (dimensions + 8) * 1e-36;

        // Of a squared length: its coordinates are rounded, and eight sums of squares are added up.
        _lengthError = ((dimensions / 8.0) + 16) * Rounding;
        Usable &= _relative < 1e-3;
    }

    public T* Centroids { get; }

    public int Count { get; }

    public int Dimensions { get; }

    /// <summary>Columns in a panel.</summary>
    public int Width { get; }

    /// <summary>Centroids and the columns that fill the last panel.</summary>
    public int Columns { get; }

    /// <summary>Scores of a point: those of the columns, and infinite ones up to whole steps of two vectors.</summary>
    public int Padded { get; }

    /// <summary>What is taken from every point, <c>[D]</c>.</summary>
    public T* Centre { get; }

    /// <summary>What each score starts from: the squared length of the moved centroid less its part of the error; infinite where there is no centroid.</summary>
    public float* Start { get; }

    /// <summary>-2 times the moved centroids, <c>[panel, D, width]</c>.</summary>
    public float* Factors { get; }

    /// <summary>The largest squared length of a moved centroid.</summary>
    public double Largest { get; }

    /// <summary>Whether scores mean anything: not where a finite centroid leaves T's range by being moved.</summary>
    public bool Usable { get; }

    /// <summary>The numbers that the packed centroids take, and in how many parts.</summary>
    public static (long Count, int Parts) Room(int count, int dimensions, int lanes)
    {
        long columns = Whole(count, PanelWidth(count, lanes));
        return (dimensions + (Whole(columns, 2 * lanes) / 2) + (columns * dimensions / 2) + 2, 3);
    }

    /// <summary>Columns in a panel: those of four vectors where registers allow, unless narrower ones leave enough fewer empty columns.</summary>
    public static int PanelWidth(int count, int lanes)
    {
        if (lanes != 16)
        {
            return 2 * lanes;
        }

        int width = Whole(count, 4 * lanes) <= 1.2 * Whole(count, 2 * lanes) ? 4 * lanes : 2 * lanes;
        return 1.2 * Whole(count, ProductTile.Mixed) <= Whole(count, width) ? ProductTile.Mixed : width;
    }

    /// <summary>So many columns, and those that fill the last panel.</summary>
    public static long Whole(long count, int width) => (count + width - 1) / width * width;

    /// <summary>
    /// How much a score may lie above the lowest one while its centroid may still be the nearest. Scores are s = c² - 2xc. With a the
    /// relative error, each computed score lies between s - 4ac² - ax² and s + ax². So the slack is 4ac² + 2ax², c being the centroid of
    /// the lowest score; and as that is nearly as near as the centroid m closest to the centre, c² is at most 6.1x² + 4.1m².
    /// </summary>
    /// <param name="squaredLength">x², of the moved point.</param>
    public float Slack(float squaredLength)
    {
        double length = 1.01 * squaredLength;
        double centroid = Math.Min(Largest, (6.1 * length) + (4.1 * _smallest));
        return Usable && length < 1e30 ? (float)((_relative * ((4 * centroid) + (2 * length))) + _floor) : float.PositiveInfinity;
    }

    /// <summary>A bound on <see cref="Slack"/> that is a number and a multiple of x².</summary>
    public (double Fixed, double BySquare) SlackBound => (_floor + (4 * _relative * Largest), 2.02 * _relative);

    /// <summary>-2 times a coordinate of eight moved centroids, the first a multiple of eight; 0 where there is none.</summary>
    public Vector256<float> EightFactors(int k, int d) => k < Columns && d < Dimensions
        ? Vector256.Load(Factors + ((long)(k / Width) * Dimensions * Width) + ((long)d * Width) + (k % Width))
        : Vector256<float>.Zero;

    /// <summary>How far a point is at least from the centroid that has this score, as far as the score can tell; 0 where it cannot.</summary>
    /// <param name="score">A computed score; see <see cref="Slack"/> for its error.</param>
    /// <param name="squaredLength">x², of the moved point.</param>
    public double LeastDistance(float score, float squaredLength)
    {
        double square = score + (squaredLength * (1 - _relative - _lengthError)) - _floor;
        return Usable && square > 0 && squaredLength < 1e30 ? Math.Sqrt(square) / double.CreateTruncating(_scale) : 0;
    }

    /// <summary>Moves, scales and narrows one point.</summary>
    /// <returns>Its squared length, roughly.</returns>
    public float Move(T* point, float* moved) => Move(point, moved, 0, null);

    /// <summary>The same, rounded to whole units, which fit in 16 bits: as many as the coordinates and one more if those are odd in number, which is 0.</summary>
    public float MoveRounded(T* point, float unitsOfPoint, short* rounded)
    {
        if ((Dimensions & 1) != 0)
        {
            rounded[Dimensions] = 0;
        }

        return Move(point, null, unitsOfPoint, rounded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float Move(T* point, float* moved, float unitsOfPoint, short* rounded)
    {
        T* centre = Centre;
        T scale = _scale;
        int dimensions = Dimensions;
        Vector256<float> square = Vector256<float>.Zero;
        int d = 0;
        for (; d <= dimensions - 8; d += 8)
        {
            Vector256<float> values = MoveEight(point + d, centre + d, scale);
            square += values * values;
            if (rounded == null)
            {
                values.Store(moved + d);
            }
            else
            {
                Vector256<int> whole = Avx.ConvertToVector256Int32(values * Vector256.Create(unitsOfPoint));
                Avx512F.VL.ConvertToVector128Int16WithSaturation(whole).Store(rounded + d);
            }
        }

        float sum = Vector256.Sum(square);
        for (; d < dimensions; d++)
        {
            float value = float.CreateTruncating((point[d] - centre[d]) * scale);
            sum += value * value;
            if (rounded == null)
            {
                moved[d] = value;
            }
            else
            {
                rounded[d] = (short)MathF.Round(value * unitsOfPoint);
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MoveEight(T* point, T* centre, T scale)
    {
        if (typeof(T) == typeof(float))
        {
            return (Vector256.Load((float*)point) - Vector256.Load((float*)centre)) * Vector256.Create(float.CreateTruncating(scale));
        }

        Vector256<double> factor = Vector256.Create(double.CreateTruncating(scale));
        return Vector256.Narrow(
            (Vector256.Load((double*)point) - Vector256.Load((double*)centre)) * factor,
            (Vector256.Load((double*)point + 4) - Vector256.Load((double*)centre + 4)) * factor);
    }

    /// <summary>The largest error of a score in parts of c² + 2|x||c|: a rounding for each product and sum, the rounded inputs, and some to spare.</summary>
    private static double RelativeError(int dimensions, int slices) => ((2 * Math.Min(dimensions, Depth)) + (2 * slices) + 12) * Rounding;

    // The median of a few centroids, coordinate by coordinate: unlike the mean, it stays in the cloud when one centroid strays.
    private void FindCentre()
    {
        int sample = Math.Min(CentreSample, Count);
        var values = new T[sample];
        for (int d = 0; d < Dimensions; d++)
        {
            int finite = 0;
            for (int i = 0; i < sample; i++)
            {
                T value = Centroids[((long)i * Count / sample * Dimensions) + d];
                if (T.IsFinite(value))
                {
                    values[finite++] = value;
                }
            }

            Array.Sort(values, 0, finite);
            Centre[d] = finite == 0 ? T.Zero : values[finite / 2];
        }
    }

    private (T Scale, bool Usable) FindScale()
    {
        T largest = T.Zero;
        bool usable = true;
        for (int k = 0; k < Count; k++)
        {
            if (IsFinite(k))
            {
                for (int d = 0; d < Dimensions; d++)
                {
                    T moved = T.Abs(Centroids[((long)k * Dimensions) + d] - Centre[d]);
                    usable &= T.IsFinite(moved);
                    largest = T.IsFinite(moved) ? T.Max(largest, moved) : largest;
                }
            }
        }

        // Numbers so small that the scale itself would overflow stay small; the floor under the slack has them measured exactly.
        int exponent = largest == T.Zero ? 0 : Math.Max(T.ILogB(largest) + 1, typeof(T) == typeof(float) ? -120 : -1000);
        return (T.ScaleB(T.One, -exponent), usable);
    }

    private (double Smallest, double Largest) Pack()
    {
        double smallest = double.PositiveInfinity;
        double largest = 0;
        new Span<float>(Start + Columns, Padded - Columns).Fill(float.PositiveInfinity);
        double keep = 1 - (2 * RelativeError(Dimensions, (Dimensions + Depth - 1) / Depth));
        for (int k = 0; k < Columns; k++)
        {
            float* column = Factors + ((long)(k / Width) * Dimensions * Width) + (k % Width);
            bool present = k < Count && IsFinite(k);
            double square = 0;
            for (int d = 0; d < Dimensions; d++)
            {
                float moved = present ? float.CreateTruncating((Centroids[((long)k * Dimensions) + d] - Centre[d]) * _scale) : 0;
                column[(long)d * Width] = -2 * moved;
                square += (double)moved * moved;
            }

            Start[k] = present ? (float)(square * keep) : float.PositiveInfinity;
            smallest = present ? Math.Min(smallest, square) : smallest;
            largest = present ? Math.Max(largest, square) : largest;
        }

        return (smallest, largest);
    }

    private bool IsFinite(int k)
    {
        for (int d = 0; d < Dimensions; d++)
        {
            if (!T.IsFinite(Centroids[((long)k * Dimensions) + d]))
            {
                return false;
            }
        }

        return true;
    }
}
