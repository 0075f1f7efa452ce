using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>
/// Eight positions' sum of exponentials: the maximum of their scores, and the sum of e^(score - maximum) less one. The maximum's own
/// exponential is exactly 1, so leaving it out keeps every digit of the others, however small: log-sum-exp is then
/// <c>Maximum + log(1 + Others)</c>, exact even where one class has all but 1e-20 of the probability.
/// </summary>
/// <param name="Maximum">The largest score.</param>
/// <param name="Others">The sum of the other exponentials; NaN where the softmax is.</param>
internal readonly record struct Exponentials(Vector512<double> Maximum, Vector512<double> Others)
{
    /// <summary>The whole sum.</summary>
    public Vector512<double> Sum => Vector512<double>.One + Others;

    /// <summary>The logarithm of the whole sum.</summary>
    public Vector512<double> Log => Logarithm.OfOnePlus(Others);

    /// <summary>The largest of eight positions' scores. What it is where a score is NaN does not matter: the rest turns NaN anyway.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<double> MaximumOf(double* scores, int classes, int stride)
    {
        Vector512<double> maximum = Vector512.Create(double.NegativeInfinity);
        for (int c = 0; c < classes; c++, scores += stride)
        {
            maximum = Vector512.MaxNative(Vector512.Load(scores), maximum);
        }

        return maximum;
    }

    /// <summary>Adds up the exponentials of eight positions, and replaces the scores by e^(score - maximum) unless they are to be kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Exponentials Of<T>(double* scores, int classes, int stride, bool keep = false)
    {
        Vector512<double> maximum = MaximumOf(scores, classes, stride);
        Vector512<double> others = Vector512<double>.Zero;
        Vector512<double> largest = Vector512<double>.Zero;
        for (int c = 0; c < classes; c++, scores += stride)
        {
            Vector512<double> difference = Vector512.Load(scores) - maximum;
            Vector512<double> exponential = Exponential.OfNonPositive<T>(difference);
            if (!keep)
            {
                exponential.Store(scores);
            }

            // Infinity minus infinity is NaN, not 0: it stays among the others and makes them NaN.
            Vector512<double> isLargest = Vector512.Equals(difference, Vector512<double>.Zero);
            others = Vector512.ConditionalSelect(isLargest, others, others + exponential);
            largest = Vector512.ConditionalSelect(isLargest, largest + Vector512<double>.One, largest);
        }

        return new Exponentials(maximum, others + (largest - Vector512<double>.One));
    }

    /// <summary>One minus the probability of a class, times the sum: the others' exponentials, without cancellation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<double> Rest(Vector512<double> exponential) => Vector512.ConditionalSelect(
        Vector512.Equals(exponential, Vector512<double>.One), Others, Vector512<double>.One - exponential + Others);
}
