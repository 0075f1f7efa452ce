using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>Some positions' exponentials relative to the largest score, parted by a label each.</summary>
/// <param name="Others">The sum of all but the label's: 1 - p of the label but for a factor, with all its digits however small.</param>
/// <param name="Own">The label's; 0 where there is no label.</param>
/// <param name="Below">How far the label's score lies below the largest; minus infinity where there is no label.</param>
internal readonly record struct LabelledExponentials<V>(V Others, V Own, V Below)
    where V : struct, IDoubleLanes<V>
{
    /// <summary>Replaces scores by their exponentials and parts them.</summary>
    /// <typeparam name="T">The type that the results are rounded to; see <see cref="Exponential.OfNonPositive{T, V}"/>.</typeparam>
    /// <param name="scores">The scores, class-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="stride">From a class to the next.</param>
    /// <param name="label">The label of each position, or -1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe LabelledExponentials<V> Of<T>(double* scores, int classes, int stride, V label)
    {
        V maximum = Exponentials<V>.MaximumOf(scores, classes, stride);
        V others = V.Zero;
        V own = V.Zero;
        V below = V.Fill(double.NegativeInfinity);
        V known = V.Zero;
        for (int c = 0; c < classes; c++, scores += stride)
        {
            V difference = V.Load(scores) - maximum;
            V exponential = Exponential.OfNonPositive<T, V>(difference);
            exponential.Store(scores);
            V isLabel = V.Equal(label, known);
            others = V.Select(isLabel, others, others + exponential);
            own = V.Select(isLabel, exponential, own);
            below = V.Select(isLabel, difference, below);
            known += V.One;
        }

        return new LabelledExponentials<V>(others, own, below);
    }
}
