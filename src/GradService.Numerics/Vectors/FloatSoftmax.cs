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
    /// Replaces the scores of so many positions by their exponentials and fills the columns. False, with all of them lost, where FP32 is too
    /// narrow: some position's scores are more than 80 apart, or not finite.
    /// </summary>
    /// <param name="count">The positions.</param>
    /// <param name="next">What is fetched meanwhile, to be read.</param>
    /// <param name="written">What is fetched meanwhile, to be written.</param>
    public bool TryEvaluate(int count, Prefetch next, Prefetch written) =>
        Vector512.IsHardwareAccelerated ? TryEvaluate<FloatLanes512, Vector512<float>>(count, next, written)
        : Vector256.IsHardwareAccelerated ? TryEvaluate<FloatLanes256, Vector256<float>>(count, next, written)
        : TryEvaluate<FloatLanes128, Vector128<float>>(count, next, written);

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

    // The sum starts at the largest exponential, 1, which so is in it twice: then each that is added is the smaller, and what is lost of it is
    // known exactly.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryEvaluate<TLanes, TVector>(int count, Prefetch next, Prefetch written)
        where TLanes : struct, IFloatLanes<TVector>
    {
        ulong all = ulong.MaxValue >> (64 - TLanes.Count);
        ulong narrow = all;
        long stride = _stride;
        TVector nextClass = TLanes.Fill(BitConverter.Int32BitsToSingle(1));
        for (int lane = 0; lane < count; lane += TLanes.Count)
        {
            if (lane % FloatTile.Lanes == 0)
            {
                next.Fetch(lane, classes);
                written.Fetch(lane, classes);
            }

            // In two chains, as one alone would wait for each step.
            float* score = tile + lane;
            TVector largest = TLanes.Load(score);
            TVector other = largest;
            for (int c = 1; c < classes - 1; c += 2)
            {
                largest = TLanes.Max(TLanes.Load(score + stride), largest);
                score += 2 * stride;
                other = TLanes.Max(TLanes.Load(score), other);
            }

            largest = TLanes.Max(TLanes.Max(TLanes.Load(tile + ((classes - 1) * stride) + lane), other), largest);
            score = tile + lane;
            TVector label = TLanes.Load((float*)labels + lane);
            TVector known = TLanes.Fill(0);
            TVector widest = TLanes.Fill(0);
            TVector picked = TLanes.Fill(float.NegativeInfinity);
            TVector own = TLanes.Fill(0);
            TVector sum = TLanes.Fill(1);
            TVector lost = TLanes.Fill(0);
            for (int c = 0; c < classes; c++)
            {
                TVector value = TLanes.Load(score);
                TVector difference = FloatExponential.Difference<TLanes, TVector>(largest, value, out TVector added);
                widest = TLanes.LargerBits(difference, widest);
                picked = TLanes.SelectEqualBits(label, known, value, picked);

                value = FloatExponential.OfMinus<TLanes, TVector>(difference, added);
                TLanes.Store(value, score);
                own = TLanes.SelectEqualBits(label, known, value, own);
                TVector more = TLanes.Add(sum, value);
                lost = TLanes.Add(lost, TLanes.Subtract(value, TLanes.Subtract(more, sum)));
                sum = more;

                known = TLanes.AddBits(known, nextClass);
                score += stride;
            }

            TLanes.Store(sum, SumPlusOne + lane);
            TLanes.Store(lost, Lost + lane);
            TLanes.Store(own, Own + lane);
            TLanes.Store(picked, Picked + lane);
            TLanes.Store(largest, Largest + lane);

            // The bits of a NaN, an infinity or a negative number are above those of any finite positive one.
            narrow &= TLanes.AtMostBits(widest, TLanes.Fill(FloatExponential.Largest));
        }

        return narrow == all;
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
