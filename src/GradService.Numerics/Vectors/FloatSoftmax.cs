using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>
/// The softmax of <see cref="FloatTile.Lanes"/> positions' FP32 scores, with a label each: exponentials in FP32, as many at a time as the machine
/// has lanes, and their sum with what its rounding lost.
/// </summary>
/// <param name="classes">How many classes, at most <see cref="FloatTile.MostClasses"/>.</param>
/// <param name="labels">The class of each position, or -1.</param>
/// <param name="tile">The scores, class-major; their exponentials relative to the largest once evaluated.</param>
/// <param name="stride">From a class to the next in the tile.</param>
/// <param name="first">The number of the first position: after each other, positions have other columns.</param>
/// <param name="columns">As many FP64 numbers' room as <see cref="Room"/> says, the same for all positions.</param>
internal readonly unsafe struct FloatSoftmax(int classes, int* labels, float* tile, long stride, int first, float* columns)
{
    /// <summary>The working memory for the columns, in FP64 numbers.</summary>
    public const int Room = Turns * Columns * Lanes / 2;

    private const int Turns = 3;

    private const int Columns = 5;

    private const int Lanes = FloatTile.Lanes;

    // So many classes before its scores are copied, a line of them is fetched: fewer than the lines of a cache that lie a power of two apart.
    private const int Distance = 7;

    // Fewer take no time in FP64 either, and are then right to the last digit.
    private const int FewestScores = 1 << 14;

    // Times the square of the number of classes: above, what is lost of what the sum lost is below half a unit of the last place of the others.
    private const float Little = 1f / (1 << 23);

    // The number whose bits are those of the integer 1.
    private const float OneMore = float.Epsilon;

    private readonly float* _columns = columns + (Turn(first) * Columns * Lanes);

    /// <summary>The exponential of the label's score; 0 where there is no label.</summary>
    public float* Own => _columns + (2 * Lanes);

    /// <summary>The label's score; minus infinity where there is no label.</summary>
    public float* Picked => _columns + (3 * Lanes);

    /// <summary>The largest score.</summary>
    public float* Largest => _columns + (4 * Lanes);

    private float* Tile => tile;

    private float* SumPlusOne => _columns;

    private float* Lost => _columns + Lanes;

    // In place of the sums, which are no longer needed then.
    private float* Factor => _columns;

    private float* AtLabel => _columns + Lanes;

    private float LittleOthers => Little * classes * classes;

    /// <summary>Whether there are scores of the type, and enough of them.</summary>
    public static bool Fits<T>(AxisView view) => typeof(T) == typeof(float) && view.Length >= FewestScores && view.Count <= FloatTile.MostClasses;

    /// <summary>Whose turn it is, from 0 to 2, from a first position on.</summary>
    public static int Turn(int first) => (int)((uint)first / Lanes % Turns);

    /// <summary>The sum of some positions' exponentials but for one that is 1, once evaluated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V AllButOne<V>(int lane)
        where V : struct, IDoubleLanes<V> => V.Load(SumPlusOne + lane) - V.Fill(2.0) + V.Load(Lost + lane);

    /// <summary>The sum of some positions' exponentials but for the label's, once evaluated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Others<V>(int lane)
        where V : struct, IDoubleLanes<V> => AllButOne<V>(lane) + (V.One - V.Load(Own + lane));

    /// <summary>Says what some positions' exponentials are multiplied by when they are written, and what is written at the label instead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Weigh<V>(int lane, V factor, V atLabel)
        where V : struct, IDoubleLanes<V>
    {
        factor.Store(Factor + lane);
        atLabel.Store(AtLabel + lane);
    }

    /// <summary>Copies scores to the tile, possibly from where they are, and finds the largest.</summary>
    /// <param name="scores">The scores, class-major.</param>
    /// <param name="scoreStride">From a class to the next.</param>
    public void Load(float* scores, long scoreStride)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Load<FloatLanes512, Vector512<float>>(scores, scoreStride);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Load<FloatLanes256, Vector256<float>>(scores, scoreStride);
        }
        else
        {
            Load<FloatLanes128, Vector128<float>>(scores, scoreStride);
        }
    }

    /// <summary>
    /// Fills the tile with the exponentials of the scores that are loaded, and the columns. False, with all of it lost, where FP32 is too narrow: some
    /// position's scores are more than 80 apart, beyond 8192, or not finite.
    /// </summary>
    /// <param name="next">The positions whose scores are loaded meanwhile, or these again.</param>
    /// <param name="scores">The scores of those.</param>
    /// <param name="scoreStride">From a class to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEvaluate<V>(in FloatSoftmax next, float* scores, long scoreStride)
        where V : struct, IDoubleLanes<V> =>
        Vector512.IsHardwareAccelerated ? TryEvaluate<FloatLanes512, Vector512<float>, V>(next.Tile, next.Largest, scores, scoreStride)
        : Vector256.IsHardwareAccelerated ? TryEvaluate<FloatLanes256, Vector256<float>, V>(next.Tile, next.Largest, scores, scoreStride)
        : TryEvaluate<FloatLanes128, Vector128<float>, V>(next.Tile, next.Largest, scores, scoreStride);

    /// <summary>Writes what <see cref="Weigh{V}"/> said.</summary>
    /// <param name="target">Receives the products, class-major; possibly where the exponentials are.</param>
    /// <param name="targetStride">From a class to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(float* target, long targetStride)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Write<FloatLanes512, Vector512<float>>(target, targetStride);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Write<FloatLanes256, Vector256<float>>(target, targetStride);
        }
        else
        {
            Write<FloatLanes128, Vector128<float>>(target, targetStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Load<TLanes, TVector>(float* scores, long scoreStride)
        where TLanes : struct, IFloatLanes<TVector>
    {
        for (int lane = 0; lane < Lanes; lane += TLanes.Count)
        {
            float* from = scores + lane;
            float* to = tile + lane;
            TVector largest = TLanes.Fill(float.NegativeInfinity);
            for (int c = 0; c < classes; c++)
            {
                TVector value = TLanes.Load(from);
                TLanes.Store(value, to);
                largest = TLanes.Max(value, largest);
                from += scoreStride;
                to += stride;
            }

            TLanes.Store(largest, Largest + lane);
        }
    }

    // While some positions are computed with, the next ones' scores are copied to their tile and their largest is found: in small pieces, as planes
    // of classes often lie a power of two apart, where the same positions of all of them would not find room in a cache together.
    // The sum starts at the largest exponential, 1, which so is in it twice: then each that is added is the smaller, and what is lost of it is
    // known exactly.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryEvaluate<TLanes, TVector, V>(float* nextTile, float* nextLargest, float* scores, long scoreStride)
        where TLanes : struct, IFloatLanes<TVector>
        where V : struct, IDoubleLanes<V>
    {
        ulong all = ulong.MaxValue >> (64 - TLanes.Count);
        ulong narrow = all;
        ulong certain = 0;
        TVector little = TLanes.Fill(LittleOthers);
        int most = classes;
        int turn = Math.Max(0, most - Distance);
        long byClass = stride;
        long ahead = nextTile - tile;
        for (int lane = 0; lane < Lanes; lane += TLanes.Count)
        {
            float* from = scores + lane;
            float* score = tile + lane;
            TVector largest = TLanes.Load(Largest + lane);
            TVector coming = TLanes.Fill(float.NegativeInfinity);
            var cut = FloatExponential.Cut<TLanes, TVector>(largest);
            TVector label = TLanes.Load((float*)labels + lane);
            TVector widest = TLanes.Fill(0);
            TVector picked = TLanes.Fill(float.NegativeInfinity);
            TVector own = TLanes.Fill(0);
            TVector sum = TLanes.Fill(1);
            TVector lost = TLanes.Fill(0);
            TVector current = TLanes.Fill(0);
            float* fetched = from + ((most - turn) * scoreStride);
            for (int c = 0; c < most; c++)
            {
                TVector value = TLanes.Load(score);
                TVector copied = TLanes.Load(from);
                if (c == turn)
                {
                    fetched = scores + lane + TLanes.Count;
                }

                Prefetch.Line(fetched);
                fetched += scoreStride;
                TVector difference = TLanes.Subtract(largest, value);
                TVector exponential = FloatExponential.Of<TLanes, TVector>(value, difference, cut);
                TLanes.Store(copied, score + ahead);
                TLanes.Store(exponential, score);
                coming = TLanes.Max(copied, coming);
                widest = TLanes.LargerBits(difference, widest);
                picked = TLanes.SelectEqualBits(label, current, value, picked);
                own = TLanes.SelectEqualBits(label, current, exponential, own);
                current = TLanes.AddBits(current, TLanes.Fill(OneMore));
                TVector more = TLanes.Add(sum, exponential);
                lost = TLanes.Add(lost, TLanes.Subtract(exponential, TLanes.Subtract(more, sum)));
                sum = more;

                score += byClass;
                from += scoreStride;
            }

            TLanes.Store(sum, SumPlusOne + lane);
            TLanes.Store(lost, Lost + lane);
            TLanes.Store(own, Own + lane);
            TLanes.Store(picked, Picked + lane);
            TLanes.Store(coming, nextLargest + lane);
            TVector allButOne = TLanes.Add(TLanes.Subtract(sum, TLanes.Fill(2)), lost);
            TVector others = TLanes.Add(allButOne, TLanes.Subtract(TLanes.Fill(1), own));
            certain |= TLanes.AtMostBits(others, little);

            // The bits of a NaN, an infinity or a negative number are above those of any finite positive one.
            narrow &= TLanes.AtMostBits(widest, TLanes.Fill(FloatExponential.Largest)) & FloatExponential.Fits<TLanes, TVector>(largest);
        }

        if (narrow != all)
        {
            return false;
        }

        if (certain != 0)
        {
            AddOthers<V>();
        }

        return true;
    }

    // Where the label is all but certain, the others hardly move the sum, and most of them is what it lost, added up in FP32: here they are added up
    // in FP64. The sum is then 1 and the label's exponential, which is 1 too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddOthers<V>()
        where V : struct, IDoubleLanes<V>
    {
        for (int lane = 0; lane < Lanes; lane += V.Count)
        {
            V certain = V.AtMost(Others<V>(lane), V.Fill(LittleOthers));
            var label = V.Load(labels + lane);
            V others = V.Zero;
            float* exponential = tile + lane;
            for (int c = 0; c < classes; c++, exponential += stride)
            {
                others += V.Select(V.Equal(label, V.Fill(c)), V.Zero, V.Load(exponential));
            }

            V.Select(certain, V.One + V.One, V.Load(SumPlusOne + lane)).Store(SumPlusOne + lane);
            V.Select(certain, others, V.Load(Lost + lane)).Store(Lost + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write<TLanes, TVector>(float* target, long targetStride)
        where TLanes : struct, IFloatLanes<TVector>
    {
        int most = classes;
        long byClass = stride;
        for (int lane = 0; lane < Lanes; lane += TLanes.Count)
        {
            TVector factor = TLanes.Load(Factor + lane);
            TVector atLabel = TLanes.Load(AtLabel + lane);
            TVector label = TLanes.Load((float*)labels + lane);
            TVector current = TLanes.Fill(0);
            float* from = tile + lane;
            float* to = target + lane;
            for (int c = 0; c < most; c++)
            {
                TVector product = TLanes.Multiply(factor, TLanes.Load(from));
                TLanes.Store(TLanes.SelectEqualBits(label, current, atLabel, product), to);
                current = TLanes.AddBits(current, TLanes.Fill(OneMore));
                from += byClass;
                to += targetStride;
            }
        }
    }
}
