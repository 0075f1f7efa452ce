using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>
/// Some positions' sum of exponentials: the maximum of their scores, and the sum of e^(score - maximum) less one. The maximum's own
/// exponential is exactly 1, so leaving it out keeps every digit of the others, however small: log-sum-exp is then
/// <c>Maximum + log(1 + Others)</c>, exact even where one class has all but 1e-20 of the probability.
/// </summary>
/// <param name="Maximum">The largest score.</param>
/// <param name="Others">The sum of the other exponentials; NaN where the softmax is.</param>
internal readonly record struct Exponentials<V>(V Maximum, V Others)
    where V : struct, IDoubleLanes<V>
{
    /// <summary>The whole sum.</summary>
    public V Sum => V.One + Others;

    /// <summary>The logarithm of the whole sum.</summary>
    public V Log => Logarithm.OfOnePlus(Others);

    /// <summary>The largest of some positions' scores. What it is where a score is NaN does not matter: the rest turns NaN anyway.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe V MaximumOf(double* scores, int classes, int stride)
    {
        V maximum = V.Fill(double.NegativeInfinity);
        for (int c = 0; c < classes; c++, scores += stride)
        {
            maximum = V.Larger(V.Load(scores), maximum);
        }

        return maximum;
    }

    /// <summary>Adds up the exponentials of some positions, and replaces the scores by e^(score - maximum) unless they are to be kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Exponentials<V> Of<T>(double* scores, int classes, int stride, bool keep = false)
    {
        V maximum = MaximumOf(scores, classes, stride);
        V others = V.Zero;
        V largest = V.Zero;
        for (int c = 0; c < classes; c++, scores += stride)
        {
            V difference = V.Load(scores) - maximum;
            V exponential = Exponential.OfNonPositive<T, V>(difference);
            if (!keep)
            {
                exponential.Store(scores);
            }

            // Infinity minus infinity is NaN, not 0: it stays among the others and makes them NaN.
            V isLargest = V.Equal(difference, V.Zero);
            others = V.Select(isLargest, others, others + exponential);
            largest = V.Select(isLargest, largest + V.One, largest);
        }

        return new Exponentials<V>(maximum, others + (largest - V.One));
    }

    /// <summary>One minus the probability of a class, times the sum: the others' exponentials, without cancellation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Rest(V exponential) => V.Select(
        V.Equal(exponential, V.One), Others, V.One - exponential + Others);
}
