using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The softmax of a few positions' FP32 scores, with a label each: exponentials in FP32, as many at a time as the machine has lanes, and their
/// sum with what its rounding lost.
/// </summary>
/// <param name="tile">The scores, a <see cref="FloatTile"/>; their exponentials relative to the largest once evaluated.</param>
/// <param name="classes">How many classes, at most <see cref="FloatTile.MostClasses"/>.</param>
/// <param name="width">The positions in a tile.</param>
/// <param name="labels">The class of each position, or -1; as many whole steps of them as there are of positions.</param>
/// <param name="columns">As many FP64 numbers' room as <see cref="Room"/> says.</param>
internal readonly unsafe struct FloatSoftmax(float* tile, int classes, int width, int* labels, float* columns)
{
    private const int Columns = 5;

    // So many classes before its scores are copied, a line of them is fetched: fewer than the lines of a cache that lie a power of two apart.
    private const int Distance = 7;

    // Fewer take no time in FP64 either, and are then right to the last digit.
    private const int FewestScores = 1 << 14;

    private readonly int _stride = FloatTile.Stride(width);

    /// <summary>The exponential of the label's score; 0 where there is no label.</summary>
    public float* Own => columns + (2 * width);

    /// <summary>The label's score; minus infinity where there is no label.</summary>
    public float* Picked => columns + (3 * width);

    /// <summary>The largest score.</summary>
    public float* Largest => columns + (4 * width);

    private float* SumPlusOne => columns;

    private float* Lost => columns + width;

    // In place of the sums, which are no longer needed then.
    private float* Factor => columns;

    private float* AtLabel => columns + width;

    /// <summary>Whether there are scores of the type, and enough of them.</summary>
    public static bool Fits<T>(AxisView view) => typeof(T) == typeof(float) && view.Length >= FewestScores && view.Count <= FloatTile.MostClasses;

    /// <summary>The working memory for the columns of a tile so wide, in FP64 numbers.</summary>
    public static int Room(int width) => ((Columns * width) + 1) / 2;

    /// <summary>The sum of some positions' exponentials but for the label's, once evaluated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Others<V>(int lane)
        where V : struct, IDoubleLanes<V> => V.Load(SumPlusOne + lane) - V.One - V.Load(Own + lane) + V.Load(Lost + lane);

    /// <summary>Says what some positions' exponentials are multiplied by when they are written, and what is written at the label instead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Weigh<V>(int lane, V factor, V atLabel)
        where V : struct, IDoubleLanes<V>
    {
        factor.Store(Factor + lane);
        atLabel.Store(AtLabel + lane);
    }

    /// <summary>
    /// Reads the scores of so many positions and fills the tile with their exponentials, and the columns. False, with all of it lost, where FP32 is
    /// too narrow: some position's scores are more than 80 apart, beyond 8192, or not finite.
    /// </summary>
    /// <param name="scores">The scores of all positions.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="first">The first position.</param>
    /// <param name="count">The positions.</param>
    /// <param name="written">What is fetched meanwhile, to be written.</param>
    public bool TryEvaluate(float* scores, AxisView view, int first, int count, Prefetch written)
    {
        float* source = FloatTile.InPlace(scores, view, first, count);
        if (source != null)
        {
            return TryEvaluate(source, view.Inner, count, default, default);
        }

        Tile.Load(scores, view, first, count, tile, _stride);
        return TryEvaluate(tile, _stride, count, Prefetch.Of(scores, view, (long)first + count), written);
    }

    /// <summary>The same where the scores are in the tile already.</summary>
    /// <param name="count">The positions.</param>
    /// <param name="next">What is fetched meanwhile, to be read.</param>
    /// <param name="written">What is fetched meanwhile, to be written.</param>
    public bool TryEvaluate(int count, Prefetch next, Prefetch written) => TryEvaluate(tile, _stride, count, next, written);

    /// <summary>Writes what <see cref="Weigh{V}"/> said of so many positions to where they belong.</summary>
    public void Write(float* values, AxisView view, int first, int count)
    {
        float* target = FloatTile.InPlace(values, view, first, count);
        if (target != null)
        {
            Write(target, view.Inner, count);
        }
        else
        {
            Write(tile, _stride, count);
            Tile.Store(tile, _stride, factors: null, values, view, first, count);
        }
    }

    private bool TryEvaluate(float* source, long sourceStride, int count, Prefetch next, Prefetch written) =>
        Vector512.IsHardwareAccelerated ? TryEvaluate<FloatLanes512, Vector512<float>>(source, sourceStride, count, next, written)
        : Vector256.IsHardwareAccelerated ? TryEvaluate<FloatLanes256, Vector256<float>>(source, sourceStride, count, next, written)
        : TryEvaluate<FloatLanes128, Vector128<float>>(source, sourceStride, count, next, written);

    // While some positions are computed with, those after them are copied to the tile and their largest score is found: in small pieces, as planes
    // of classes often lie a power of two apart, where the same positions of all of them would not find room in a cache together. Scores that are in
    // the tile already are copied to where they are.
    // The sum starts at the largest exponential, 1, which so is in it twice: then each that is added is the smaller, and what is lost of it is
    // known exactly.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryEvaluate<TLanes, TVector>(float* source, long sourceStride, int count, Prefetch next, Prefetch written)
        where TLanes : struct, IFloatLanes<TVector>
    {
        ulong all = ulong.MaxValue >> (64 - TLanes.Count);
        ulong narrow = all;
        long stride = _stride;
        TVector coming = Copy<TLanes, TVector>(source, sourceStride);
        for (int lane = 0; lane < count; lane += TLanes.Count)
        {
            if (lane % FloatTile.Lanes == 0)
            {
                next.Fetch(lane, classes);
                written.Fetch(lane, classes);
            }

            int ahead = lane + TLanes.Count < count ? TLanes.Count : 0;
            float* from = source + lane + ahead;
            float* score = tile + lane;
            TVector largest = coming;
            coming = TLanes.Fill(float.NegativeInfinity);
            var cut = FloatExponential.Cut<TLanes, TVector>(largest);
            TVector label = TLanes.Load((float*)labels + lane);
            TVector widest = TLanes.Fill(0);
            TVector picked = TLanes.Fill(float.NegativeInfinity);
            TVector own = TLanes.Fill(0);
            TVector sum = TLanes.Fill(1);
            TVector lost = TLanes.Fill(0);
            int turn = Math.Max(0, classes - Distance);
            float* fetched = from + ((classes - turn) * sourceStride);
            for (int c = 0; c < classes; c++)
            {
                TVector value = TLanes.Load(score);
                TVector copied = TLanes.Load(from);
                TVector known = TLanes.Fill(BitConverter.Int32BitsToSingle(c));
                if (c == turn)
                {
                    fetched = source + lane + (2 * ahead);
                }

                Prefetch.Line(fetched);
                fetched += sourceStride;
                TVector difference = TLanes.Subtract(largest, value);
                TVector exponential = FloatExponential.Of<TLanes, TVector>(value, difference, cut);
                TLanes.Store(copied, score + ahead);
                TLanes.Store(exponential, score);
                coming = TLanes.Max(copied, coming);
                widest = TLanes.LargerBits(difference, widest);
                picked = TLanes.SelectEqualBits(label, known, value, picked);
                own = TLanes.SelectEqualBits(label, known, exponential, own);
                TVector more = TLanes.Add(sum, exponential);
                lost = TLanes.Add(lost, TLanes.Subtract(exponential, TLanes.Subtract(more, sum)));
                sum = more;

                score += stride;
                from += sourceStride;
            }

            TLanes.Store(sum, SumPlusOne + lane);
            TLanes.Store(lost, Lost + lane);
            TLanes.Store(own, Own + lane);
            TLanes.Store(picked, Picked + lane);
            TLanes.Store(largest, Largest + lane);

            // The bits of a NaN, an infinity or a negative number are above those of any finite positive one.
            narrow &= TLanes.AtMostBits(widest, TLanes.Fill(FloatExponential.Largest)) & FloatExponential.Fits<TLanes, TVector>(largest);
        }

        return narrow == all;
    }

    // Copies the first positions' scores to the tile and says which is the largest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TVector Copy<TLanes, TVector>(float* source, long sourceStride)
        where TLanes : struct, IFloatLanes<TVector>
    {
        float* score = tile;
        TVector largest = TLanes.Fill(float.NegativeInfinity);
        for (int c = 0; c < classes; c++)
        {
            TVector value = TLanes.Load(source);
            TLanes.Store(value, score);
            largest = TLanes.Max(value, largest);
            source += sourceStride;
            score += _stride;
        }

        return largest;
    }

    private void Write(float* target, long targetStride, int count)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Write<FloatLanes512, Vector512<float>>(target, targetStride, count);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Write<FloatLanes256, Vector256<float>>(target, targetStride, count);
        }
        else
        {
            Write<FloatLanes128, Vector128<float>>(target, targetStride, count);
        }
    }

    // Along two classes at a time: memory likes long runs, and what is known of a position is loaded half as often.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write<TLanes, TVector>(float* target, long targetStride, int count)
        where TLanes : struct, IFloatLanes<TVector>
    {
        float* exponentials = tile;
        long stride = _stride;
        for (int c = 0; c < classes; c += 2)
        {
            bool isPair = c + 1 < classes;
            TVector first = TLanes.Fill(BitConverter.Int32BitsToSingle(c));
            TVector second = TLanes.Fill(BitConverter.Int32BitsToSingle(c + 1));
            for (int lane = 0; lane < count; lane += TLanes.Count)
            {
                if (lane % FloatTile.Lanes == 0)
                {
                    Prefetch.Line(target + (2 * targetStride) + lane);
                    Prefetch.Line(target + (3 * targetStride) + lane);
                }

                TVector factor = TLanes.Load(Factor + lane);
                TVector atLabel = TLanes.Load(AtLabel + lane);
                TVector label = TLanes.Load((float*)labels + lane);
                TVector product = TLanes.Multiply(factor, TLanes.Load(exponentials + lane));
                TLanes.Store(TLanes.SelectEqualBits(label, first, atLabel, product), target + lane);
                if (isPair)
                {
                    product = TLanes.Multiply(factor, TLanes.Load(exponentials + stride + lane));
                    TLanes.Store(TLanes.SelectEqualBits(label, second, atLabel, product), target + targetStride + lane);
                }
            }

            exponentials += 2 * stride;
            target += 2 * targetStride;
        }
    }
}
