using System.Numerics;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>The Lovasz-softmax loss: the convex extension of the Jaccard loss of hard predictions, and its gradient, in either layout.</summary>
/// <remarks>
/// <para>With p = softmax(z), the error of element i for class c is <c>e = 1 - p_c</c> where c is its label and <c>e = p_c</c> elsewhere. Sorted so that
/// <c>e_1 &gt;= e_2 &gt;= ..</c>, the loss of the class is <c>sum_k e_k g_k</c> with <c>g_k = J_k - J_(k-1)</c>, J_k being the Jaccard loss when the first k
/// are wrong: with G elements of the class, of which f are among the first k, and b others among them, <c>J_k = 1 - (G - f) / (G + b)</c>.</para>
/// <para>The differences are formed without subtracting: <c>1 / (G + b)</c> for an element of the class, and <c>(G - f) / ((G + b - 1) (G + b))</c> for another.
/// The order is held in the gradient: <c>dL/dp_c = -g_k</c> at the label and <c>g_k</c> elsewhere, exact as long as no two errors change places; then through the softmax.
/// Equal errors stand in the order of their positions, which settles the subgradient at a tie.</para>
/// <para>An ignored element's logits are not read; its gradient is 0. Without counted elements the loss is 0. Source: M. Berman, A. R. Triki and M. B. Blaschko,
/// The Lovasz-Softmax Loss, 2018, and the authors' PyTorch code.</para>
/// </remarks>
public static unsafe class LovaszSoftmax
{
    /// <summary>The FP64 numbers of working memory that <see cref="Order"/> and <see cref="Evaluate"/> need.</summary>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="options">The choices.</param>
    /// <param name="execution">Threads.</param>
    public static long ScratchLength(AxisView view, LovaszSoftmaxOptions options, Execution execution)
    {
        var cut = ImageChunks.Of(view, options.Images);
        return view.Length + Math.Max(
            2L * cut.Images * view.Count, LovaszSortJob.Workers(cut.Images * view.Count, execution) * StableOrder.ScratchLength(cut.PerImage));
    }

    /// <summary>Sorts the errors of each class and image: the one choice in the loss that jumps.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>, C at least 1.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">Class indices from 0 to C - 1, or the ignored one, <c>[outer * inner]</c>.</param>
    /// <param name="options">The choices.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchLength"/>.</param>
    /// <param name="order">Receives, <c>[images, C, elements of an image]</c>, positions within the image from the largest error to the smallest, then -1 for each ignored element.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">An operand has the wrong length, a label is not a class, or an option is out of range.</exception>
    public static void Order<T>(
        ReadOnlySpan<T> logits, AxisView view, ReadOnlySpan<int> labels, LovaszSoftmaxOptions options, Span<double> scratch, Span<int> order, Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _ = Check(logits.Length, view, labels, order.Length, options, scratch, execution);
        var cut = ImageChunks.Of(view, options.Images);
        fixed (T* logitsAt = logits)
        fixed (int* labelsAt = labels, orderAt = order)
        fixed (double* errors = scratch)
        {
            var job = new LovaszTileJob<T> { View = view, Cut = cut, IgnoreIndex = options.IgnoreIndex, Logits = logitsAt, Labels = labelsAt, Rows = errors };
            Chunks.RunOnLanes(cut.Count, job, execution);
            int rows = cut.Images * view.Count;
            int workers = LovaszSortJob.Workers(rows, execution);
            var sort = new LovaszSortJob
            {
                Rows = rows,
                Classes = view.Count,
                PerImage = cut.PerImage,
                WorkerCount = workers,
                IgnoreIndex = options.IgnoreIndex,
                Labels = labelsAt,
                Errors = errors,
                Scratch = errors + view.Length,
                Order = orderAt,
                Cancellation = execution.Cancellation,
            };
            Chunks.Run(workers, sort, execution);
        }
    }

    /// <summary>Computes loss and gradient in a given order.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="logits">Unnormalised scores, <c>[outer, C, inner]</c>, C at least 1.</param>
    /// <param name="view">The axis of the classes.</param>
    /// <param name="labels">Class indices from 0 to C - 1, or the ignored one, <c>[outer * inner]</c>.</param>
    /// <param name="order">What <see cref="Order"/> wrote.</param>
    /// <param name="upstream">The gradient with respect to the loss, <c>[1]</c>; empty for one.</param>
    /// <param name="options">The choices.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchLength"/>.</param>
    /// <param name="gradient">Receives the gradient with respect to the logits, in their shape; empty when it is not wanted. May not overlap an operand.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <returns>The mean loss of classes and images, and how many elements counted.</returns>
    /// <exception cref="OperandException">An operand has the wrong length, a label is not a class, or an option is out of range.</exception>
    public static OverlapSummary Evaluate<T>(
        ReadOnlySpan<T> logits,
        AxisView view,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<int> order,
        ReadOnlySpan<T> upstream,
        LovaszSoftmaxOptions options,
        Span<double> scratch,
        Span<T> gradient,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long counted = Check(logits.Length, view, labels, order.Length, options, scratch, execution);
        Require.LengthOrNone("upstream", upstream.Length, 1, "one for the one reduced loss");
        Require.LengthOrNone("gradient", gradient.Length, view.Length, "one for each of the logits");
        var cut = ImageChunks.Of(view, options.Images);
        int rows = cut.Images * view.Count;
        fixed (T* logitsAt = logits, gradientAt = gradient)
        fixed (int* labelsAt = labels, orderAt = order)
        fixed (double* errors = scratch)
        {
            double* counts = errors + view.Length;
            double* losses = counts + rows;
            var job = new LovaszTileJob<T> { View = view, Cut = cut, IgnoreIndex = options.IgnoreIndex, Logits = logitsAt, Labels = labelsAt, Rows = errors, Counts = counts };
            Chunks.RunOnLanes(cut.Count, job, execution);
            CountClasses(labels, view.Count, cut.PerImage, options.IgnoreIndex, new Span<double>(counts, rows));
            var jaccard = new LovaszRowJob
            {
                Classes = view.Count,
                PerImage = cut.PerImage,
                Absent = options.Classes == LovaszClasses.All,
                Labels = labelsAt,
                Order = orderAt,
                Rows = errors,
                Counts = counts,
                Losses = losses,
            };
            Chunks.Run(rows, jaccard, execution);
            double above = upstream.IsEmpty ? 1 : double.CreateTruncating(upstream[0]);
            double total = 0;
            for (int image = 0; image < cut.Images; image++)
            {
                total += Average(new Span<double>(counts + ((long)image * view.Count), view.Count), new Span<double>(losses + ((long)image * view.Count), view.Count), options.Classes, above / cut.Images);
            }

            if (gradientAt != null)
            {
                job.Gradient = gradientAt;
                Chunks.RunOnLanes(cut.Count, job, execution);
            }

            return new OverlapSummary(total / cut.Images, counted);
        }
    }

    private static long Check(int logits, AxisView view, ReadOnlySpan<int> labels, int order, LovaszSoftmaxOptions options, Span<double> scratch, Execution execution)
    {
        OverlapRules.RequireView(view, options.Images, perImage: true);
        Require.Length("logits", logits, view.Length, $"[outer, C, inner] = [{view.Outer}, {view.Count}, {view.Inner}]");
        Require.Length("labels", labels.Length, view.Positions, "one class index for each element, logits without their class axis");
        Require.Length("order", order, view.Length, "a position for each of the logits");
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, ScratchLength(view, options, execution), nameof(scratch));
        return OverlapRules.CountLabels(labels, view.Count, options.IgnoreIndex);
    }

    private static void CountClasses(ReadOnlySpan<int> labels, int classes, int perImage, int ignoreIndex, Span<double> counts)
    {
        counts.Clear();
        for (int at = 0; at < labels.Length; at++)
        {
            if (labels[at] != ignoreIndex)
            {
                counts[(at / perImage * classes) + labels[at]]++;
            }
        }
    }

    // The mean loss of an image's classes. The first count becomes the factor of the image's slopes.
    private static double Average(Span<double> counts, Span<double> losses, LovaszClasses which, double above)
    {
        double sum = 0;
        int averaged = 0;
        for (int c = 0; c < losses.Length; c++)
        {
            if (which == LovaszClasses.All || counts[c] > 0)
            {
                sum += losses[c];
                averaged++;
            }
        }

        counts[0] = averaged == 0 ? 0 : above / averaged;
        return averaged == 0 ? 0 : sum / averaged;
    }
}
