using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>Takes a slope with respect to softmax probabilities back to one with respect to their logits: <c>p_c (g_c - sum_k p_k g_k)</c>.</summary>
internal static unsafe class SoftmaxPullback
{
    /// <summary>
    /// Pulls the slopes of some positions back. They are taken relative to that of the most probable class, which leaves the result as it is: where
    /// that class has all but 1e-20 of the probability, the others' small parts are then not lost beside its own.
    /// </summary>
    /// <param name="exponentials">What <see cref="Exponentials{V}.Of{T}"/> left, class-major; receives the gradient times <paramref name="sum"/>.</param>
    /// <param name="slopes">dL/dp, class-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="stride">From a class to the next.</param>
    /// <param name="sum">The sum of the exponentials.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<V>(double* exponentials, double* slopes, int classes, int stride, V sum)
        where V : struct, IDoubleLanes<V>
    {
        V reference = V.Zero;
        for (int c = 0; c < classes; c++)
        {
            V isLargest = V.Equal(V.Load(exponentials + ((long)c * stride)), V.One);
            reference = V.Select(isLargest, V.Load(slopes + ((long)c * stride)), reference);
        }

        V mean = V.Zero;
        for (int c = 0; c < classes; c++)
        {
            V relative = V.Load(slopes + ((long)c * stride)) - reference;
            mean = V.FusedMultiplyAdd(relative, V.Load(exponentials + ((long)c * stride)), mean);
        }

        mean /= sum;
        for (int c = 0; c < classes; c++)
        {
            double* exponential = exponentials + ((long)c * stride);
            V relative = V.Load(slopes + ((long)c * stride)) - reference;
            (V.Load(exponential) * (relative - mean)).Store(exponential);
        }
    }
}
