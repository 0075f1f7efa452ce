using System.Numerics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The soft overlap losses Dice, Jaccard and Tversky over softmax probabilities, and their exact gradient, in either layout.</summary>
/// <remarks>
/// <para>With p = softmax(z) and labels y (one-hot, or class probabilities), class c has over a batch or an image
/// <c>I = sum p y</c>, <c>FP = sum p (1 - y)</c>, <c>FN = sum (1 - p) y</c> and the index <c>(n I + s) / (n I + a FP + b FN + s)</c>; its loss is 1 less that:
/// <c>L = E / D</c>, <c>E = a FP + b FN</c>, <c>D = n I + E + s</c>. Written so, nothing cancels where the prediction is nearly right.</para>
/// <para><c>dL/dp = (e' (n I + s) - E n y) / D^2</c> with <c>e' = a (1 - y) - b y</c>, taken back through the softmax: <c>dL/dz_c = p_c (g_c - sum_k p_k g_k)</c>.
/// With <see cref="OverlapOptions.Squared"/>, FP = <c>sum p (p - y)</c>, FN = <c>sum y (y - p)</c> and <c>e' = 2 a p - (a + b) y</c>, which for Dice gives the denominator
/// <c>sum p^2 + sum y^2 + s</c>.</para>
/// <para>An ignored element's logits are not read; its gradient is 0. Without smoothing a class that is neither there nor predicted is 0/0, NaN; with it its
/// loss is that of the probability it was given. Arithmetic is FP64, but for the exponentials of 16,384 FP32 logits and more against class indices,
/// and the probabilities that a gradient is made of, which are rounded to the element type. Sources: F. Milletari et al., V-Net, 2016; S. S. M. Salehi et al., Tversky loss function, 2017.</para>
/// </remarks>
public static unsafe class Overlap
{
    /// <summary>The FP64 numbers of working memory that <see cref="Evaluate"/> needs.</summary>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="options">The choices.</param>
    public static long ScratchLength(AxisView view, OverlapOptions options)
    {
        ImageChunks cut = Cut(view, options);
        return 2L * view.Count * cut.Images * Math.Max(1, cut.PerImageCount);
    }

    /// <summary>Computes losses and gradient.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>, C at least 1.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">Class indices from 0 to C - 1, or the ignored one, <c>[outer * inner]</c>; empty with <paramref name="shares"/>.</param>
    /// <param name="shares">The share of each class in each element, <c>[outer, C, inner]</c>; empty with <paramref name="labels"/>.</param>
    /// <param name="upstream">The gradient with respect to the loss: <c>[1]</c>, or <c>[K]</c> with <see cref="OverlapAverage.None"/>; empty for ones.</param>
    /// <param name="options">The choices.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchLength"/>.</param>
    /// <param name="perClass">Receives the losses of the K classes, C or, without the background, C - 1: <c>[K]</c>, or <c>[images, K]</c> with <see cref="OverlapAverage.PerImage"/>.</param>
    /// <param name="gradient">Receives the gradient with respect to the logits, in their shape; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The mean loss, and how many elements counted.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, a label is not a class, or an option is out of range.</exception>
    public static OverlapSummary Evaluate<T>(
        ReadOnlySpan<T> logits,
        AxisView view,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<T> shares,
        ReadOnlySpan<T> upstream,
        OverlapOptions options,
        Span<double> scratch,
        Span<T> perClass,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool hard = shares.IsEmpty;
        OverlapRules.RequireOptions(options, view, hard);
        ImageChunks cut = Cut(view, options);
        int kept = view.Count - (options.IncludeBackground ? 0 : 1);
        OverlapRules.RequireLengths(options, view, logits.Length, hard ? labels.Length : shares.Length, hard, upstream.Length, perClass.Length, cut.Images * kept, kept, gradient.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, ScratchLength(view, options), nameof(scratch));
        long counted = hard ? OverlapRules.CountLabels(labels, view.Count, options.IgnoreIndex) : view.Positions;
        fixed (T* logitsAt = logits, sharesAt = shares, gradientAt = gradient)
        fixed (int* labelsAt = labels)
        fixed (double* sums = scratch)
        {
            var operands = new OverlapOperands<T>
            {
                View = view,
                Cut = cut,
                Options = options,
                Logits = logitsAt,
                Labels = hard ? labelsAt : null,
                Shares = sharesAt,
                Gradient = gradientAt,
                Sums = sums,
            };
            if (cut.PerImageCount == 0)
            {
                scratch.Clear();
            }

            Run(operands, backward: false, execution);
            double total = 0;
            for (int image = 0; image < cut.Images; image++)
            {
                double* sum = sums + ((long)image * Math.Max(1, cut.PerImageCount) * 2 * view.Count);
                AddUp(sum, 2 * view.Count, cut.PerImageCount);
                total += Lose(sum, view.Count - kept, options, cut.Images, upstream, perClass.Slice(image * kept, kept));
            }

            if (gradientAt != null)
            {
                Run(operands, backward: true, execution);
            }

            return new OverlapSummary(total / ((double)cut.Images * kept), counted);
        }
    }

    private static void Run<T>(OverlapOperands<T> operands, bool backward, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int chunks = operands.Cut.Count;
        if (operands.Labels == null || operands.Options.Squared)
        {
            Chunks.RunOnLanes(chunks, new OverlapJob<T>(operands, backward), execution);
        }
        else if (backward)
        {
            Chunks.RunOnLanes(chunks, new LabelledOverlapPullback<T>(operands), execution);
        }
        else
        {
            Chunks.RunOnLanes(chunks, new LabelledOverlapSums<T>(operands), execution);
        }
    }

    private static ImageChunks Cut(AxisView view, OverlapOptions options) =>
        ImageChunks.Of(view, options.Average == OverlapAverage.PerImage ? options.Images : 1);

    // The chunks' sums in their order, into the first chunk's.
    private static void AddUp(double* sums, int length, int chunks)
    {
        for (int chunk = 1; chunk < chunks; chunk++)
        {
            for (int at = 0; at < length; at++)
            {
                sums[at] += sums[((long)chunk * length) + at];
            }
        }
    }

    // The losses of an image's classes, rounded into their place and added up; the sums are replaced by what the slopes are made of.
    private static double Lose<T>(double* sums, int first, OverlapOptions options, int images, ReadOnlySpan<T> upstream, Span<T> losses)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double total = 0;
        for (int at = 0; at < losses.Length; at++)
        {
            double* sum = sums + (2 * (first + at));
            double agreement = (options.Intersection * sum[0]) + options.Smooth;
            double error = sum[1];
            double denominator = agreement + error;
            losses[at] = T.CreateTruncating(error / denominator);
            total += error / denominator;
            double above = options.Average == OverlapAverage.None
                ? upstream.IsEmpty ? 1 : double.CreateTruncating(upstream[at])
                : (upstream.IsEmpty ? 1 : double.CreateTruncating(upstream[0])) / ((double)images * losses.Length);
            sum[0] = above * (agreement / denominator) / denominator;
            sum[1] = above * options.Intersection * (error / denominator) / denominator;
        }

        if (first > 0)
        {
            sums[0] = 0;
            sums[1] = 0;
        }

        return total;
    }
}
