using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Vectors;

/// <summary>Takes a slope with respect to softmax probabilities back to one with respect to their logits: <c>p_c (g_c - sum_k p_k g_k)</c>.</summary>
internal static unsafe class SoftmaxPullback
{
    /// <summary>
    /// Pulls the slopes of eight positions back. They are taken relative to that of the most probable class, which leaves the result as it is: where
    /// that class has all but 1e-20 of the probability, the others' small parts are then not lost beside its own.
    /// </summary>
    /// <param name="exponentials">What <see cref="Exponentials.Of{T}"/> left, class-major; receives the gradient times <paramref name="sum"/>.</param>
    /// <param name="slopes">dL/dp, class-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="stride">From a class to the next.</param>
    /// <param name="sum">The sum of the exponentials.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply(double* exponentials, double* slopes, int classes, int stride, Vector512<double> sum)
    {
        Vector512<double> reference = Vector512<double>.Zero;
        for (int c = 0; c < classes; c++)
        {
            Vector512<double> isLargest = Vector512.Equals(Vector512.Load(exponentials + ((long)c * stride)), Vector512<double>.One);
            reference = Vector512.ConditionalSelect(isLargest, Vector512.Load(slopes + ((long)c * stride)), reference);
        }

        Vector512<double> mean = Vector512<double>.Zero;
        for (int c = 0; c < classes; c++)
        {
            Vector512<double> relative = Vector512.Load(slopes + ((long)c * stride)) - reference;
            mean = Vector512.FusedMultiplyAdd(relative, Vector512.Load(exponentials + ((long)c * stride)), mean);
        }

        mean /= sum;
        for (int c = 0; c < classes; c++)
        {
            double* exponential = exponentials + ((long)c * stride);
            Vector512<double> relative = Vector512.Load(slopes + ((long)c * stride)) - reference;
            (Vector512.Load(exponential) * (relative - mean)).Store(exponential);
        }
    }
}
