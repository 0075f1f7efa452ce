using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>
/// Finds the nearest centroid of each point of a block. FP32 products give each centroid a score and a bound on its error; where only one
/// centroid can be the nearest, that is it, and where several can, each is measured in FP64. So the answer is that of measuring all
/// distances in FP64 from differences, ties to the lowest index, at the price of an FP32 matrix product.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal static unsafe class NearestCentroid<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LargestBlock = 8 * ProductTile.Rows;
    private const int ScoresInCache = 1 << 14;

    /// <summary>Floats in the widest vectors that this machine is fast with.</summary>
    public static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>Points in a block: fewer where there are many centroids, so that the scores stay in the second cache.</summary>
    public static int Block(int padded) =>
        Math.Clamp(ScoresInCache / padded / ProductTile.Rows * ProductTile.Rows, ProductTile.Rows, LargestBlock);

    /// <summary>The numbers that a block's scores and moved points take, and in how many parts.</summary>
    public static (long Count, int Parts) Room(int padded, int dimensions)
    {
        long block = Block(padded);
        return ((block * Stride(padded) / 2) + (block * dimensions / 2) + block + 4, 3);
    }

    /// <summary>Finds the nearest centroids of one block.</summary>
    /// <param name="points">Points, <c>[.., D]</c>.</param>
    /// <param name="which">The indices of the block's points among them; null for the first ones.</param>
    /// <param name="count">How many, at most <see cref="Block"/>.</param>
    /// <param name="panels">The centroids.</param>
    /// <param name="coarse">The centroids in 16 bits, used if they are usable and <paramref name="others"/> are not wanted.</param>
    /// <param name="lanes">Floats in a vector.</param>
    /// <param name="memory">Where scores go; see <see cref="Room"/>.</param>
    /// <param name="nearest">Receives, where the point stands, the index of its nearest centroid.</param>
    /// <param name="others">Receives there how far it is at least from every other centroid; null when not wanted.</param>
    /// <returns>How many centroids had to be measured.</returns>
    public static int Find(
        T* points, int* which, int count, in CentroidPanels<T> panels, in CoarsePanels<T> coarse, int lanes, Scratch memory, int* nearest, double* others)
    {
        return lanes switch
        {
            16 => Find<FloatLanes512, Vector512<float>>(points, which, count, panels, coarse, memory, nearest, others),
            8 => Find<FloatLanes256, Vector256<float>>(points, which, count, panels, coarse, memory, nearest, others),
            _ => Find<FloatLanes128, Vector128<float>>(points, which, count, panels, coarse, memory, nearest, others),
        };
    }

    // From a point's scores to the next's: not a power of two, as stores 4096 bytes apart would hinder each other.
    private static int Stride(int padded) => padded + 16;

    private static int WholeTiles(int count) => (count + ProductTile.Rows - 1) / ProductTile.Rows * ProductTile.Rows;

    // The scratch is passed by value: each block takes the same memory again.
    private static int Find<TLanes, TVector>(
        T* points, int* which, int count, in CentroidPanels<T> panels, in CoarsePanels<T> coarse, Scratch memory, int* nearest, double* others)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        int dimensions = panels.Dimensions;
        int block = Block(panels.Padded);
        int stride = Stride(panels.Padded);
        float* scores = (float*)memory.Take(((long)block * stride / 2) + 1);
        float* moved = (float*)memory.Take(((long)block * dimensions / 2) + 1);
        float* squares = (float*)memory.Take((block / 2) + 1);
        bool isCoarse = others == null && TryScoreCoarsely(points, count, panels, coarse, (short*)moved, squares, scores, stride);
        if (!isCoarse)
        {
            Score<TLanes, TVector>(points, which, count, panels, moved, squares, scores, stride);
        }

        int columns = isCoarse ? coarse.Columns : panels.Columns;
        for (int i = 0; i < count && panels.Padded > columns; i++)
        {
            new Span<float>(scores + ((long)i * stride) + columns, panels.Padded - columns).Fill(float.PositiveInfinity);
        }

        int measured = 0;
        for (int i = 0; i < count; i++)
        {
            float* ofPoint = scores + ((long)i * stride);
            int at = which == null ? i : which[i];
            float slack = isCoarse ? coarse.Slack(squares[i]) : panels.Slack(squares[i]);
            float limit = Lowest<TLanes, TVector>(ofPoint, panels.Padded) + slack;
            int index = Only<TLanes, TVector>(ofPoint, panels.Padded, limit);
            nearest[at] = index >= 0 ? index : Measure(points + ((long)at * dimensions), panels, ofPoint, limit, ref measured);
            if (others != null)
            {
                ofPoint[nearest[at]] = float.PositiveInfinity;
                others[at] = panels.LeastDistance(Lowest<TLanes, TVector>(ofPoint, panels.Padded), squares[i]);
            }
        }

        return measured;
    }

    // As Score, from rounded points and centroids; not where there are none, or one of the points is too long.
    private static bool TryScoreCoarsely(
        T* points, int count, in CentroidPanels<T> panels, in CoarsePanels<T> coarse, short* rounded, float* squares, float* scores, int stride)
    {
        if (!coarse.Usable)
        {
            return false;
        }

        int pairs = coarse.Pairs;
        for (int i = 0; i < count; i++)
        {
            squares[i] = panels.MoveRounded(points + ((long)i * panels.Dimensions), coarse.UnitsOfPoint, rounded + (2L * i * pairs));
        }

        if (!coarse.Holds(squares, count))
        {
            return false;
        }

        int whole = WholeTiles(count);
        new Span<short>(rounded + (2L * count * pairs), (whole - count) * 2 * pairs).Clear();
        for (int column = 0; column < coarse.Columns; column += ShortProductTile.Columns)
        {
            int* panel = coarse.Factors + ((long)column * pairs);
            for (int pair = 0; pair < pairs; pair += CentroidPanels<T>.Depth)
            {
                int depth = Math.Min(CentroidPanels<T>.Depth, pairs - pair);
                float* start = pair == 0 ? panels.Start + column : null;
                for (int i = 0; i < whole; i += ShortProductTile.Rows)
                {
                    int* rows = (int*)rounded + ((long)i * pairs) + pair;
                    float* sums = scores + ((long)i * stride) + column;
                    ShortProductTile.Multiply(rows, pairs, panel + (pair * ShortProductTile.Columns), depth, coarse.Unit, start, sums, stride);
                }
            }
        }

        return true;
    }

    // A panel's slice stays in the first cache while all the block's points pass it.
    private static void Score<TLanes, TVector>(
        T* points, int* which, int count, in CentroidPanels<T> panels, float* moved, float* squares, float* scores, int stride)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        int dimensions = panels.Dimensions;
        for (int i = 0; i < count; i++)
        {
            squares[i] = panels.Move(points + ((long)(which == null ? i : which[i]) * dimensions), moved + ((long)i * dimensions));
        }

        int whole = WholeTiles(count);
        new Span<float>(moved + ((long)count * dimensions), (whole - count) * dimensions).Clear();
        for (int column = 0; column < panels.Columns; column += panels.Width)
        {
            float* panel = panels.Factors + ((long)column * dimensions);
            for (int d = 0; d == 0 || d < dimensions; d += CentroidPanels<T>.Depth)
            {
                int depth = Math.Min(CentroidPanels<T>.Depth, dimensions - d);
                float* start = d == 0 ? panels.Start + column : null;
                for (int i = 0; i < whole; i += ProductTile.Rows)
                {
                    float* rows = moved + ((long)i * dimensions) + d;
                    float* sums = scores + ((long)i * stride) + column;
                    float* factors = panel + ((long)d * panels.Width);
                    if (panels.Width == ProductTile.Mixed)
                    {
                        ProductTile.OneAndHalf(rows, dimensions, factors, depth, start, sums, stride);
                    }
                    else if (panels.Width == 4 * TLanes.Count)
                    {
                        ProductTile.Four<TLanes, TVector>(rows, dimensions, factors, depth, start, sums, stride);
                    }
                    else
                    {
                        ProductTile.Two<TLanes, TVector>(rows, dimensions, factors, depth, start, sums, stride);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Lowest<TLanes, TVector>(float* scores, int padded)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        TVector even = TLanes.Load(scores);
        TVector odd = TLanes.Load(scores + TLanes.Count);
        for (int k = 2 * TLanes.Count; k < padded; k += 2 * TLanes.Count)
        {
            even = TLanes.Min(even, TLanes.Load(scores + k));
            odd = TLanes.Min(odd, TLanes.Load(scores + k + TLanes.Count));
        }

        return TLanes.Smallest(TLanes.Min(even, odd));
    }

    // The index of the only score within the limit, -1 where there are several or none. No branch depends on which it is, and the sums that make
    // up the index mean something only if there is one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Only<TLanes, TVector>(float* scores, int padded, float limit)
        where TLanes : struct, IFloatLanes<TVector>
        where TVector : struct
    {
        TVector bound = TLanes.Fill(limit);
        float* end = scores + padded;
        int found = 0;
        int step = 0;
        int first = 0;
        ulong all = 0;
        for (; scores < end; scores += 2 * TLanes.Count, step += 2 * TLanes.Count)
        {
            ulong within = TLanes.AtMost(TLanes.Load(scores), bound) | (TLanes.AtMost(TLanes.Load(scores + TLanes.Count), bound) << TLanes.Count);
            int here = BitOperations.PopCount(within);
            found += here;
            first += here * step;
            all |= within;
        }

        int index = first + BitOperations.TrailingZeroCount(all);
        return found == 1 && limit < float.PositiveInfinity ? index : -1;
    }

    // A limit that is infinite or no number lets every centroid in. A distance that is no number loses against any that is.
    private static int Measure(T* point, in CentroidPanels<T> panels, float* scores, float limit, ref int measured)
    {
        int nearest = 0;
        double least = double.NaN;
        for (int k = 0; k < panels.Count; k++)
        {
            if (!(scores[k] > limit))
            {
                measured++;
                double distance = SquaredDistance.Between(point, panels.Centroids + ((long)k * panels.Dimensions), panels.Dimensions);
                if (distance < least || (double.IsNaN(least) && !double.IsNaN(distance)))
                {
                    (nearest, least) = (k, distance);
                }
            }
        }

        return nearest;
    }
}
