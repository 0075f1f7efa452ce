using System.Numerics;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Clustering;

/// <summary>k-means from given centroids to the end.</summary>
public static class KmeansFit
{
    private const int MiniBatchSize = 1024;

    // Batches and splits draw from streams of their own, so that neither moves the other.
    private const int BatchStream = 1;

    /// <summary>Iterates until the assignments repeat, the centroids stand still to within the tolerance, or the iterations run out.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">x, <c>[N, D]</c>, finite, N at least 1.</param>
    /// <param name="dimensions">D, at least 1.</param>
    /// <param name="sampleWeight">w, <c>[N]</c>, each finite and at least 0; empty for ones.</param>
    /// <param name="options">How to run.</param>
    /// <param name="centroids">Where to start, <c>[K, D]</c>, finite; receives where the run ended.</param>
    /// <param name="assignments">Receives the index of each point's nearest centroid, <c>[N]</c>.</param>
    /// <param name="execution">Threads and cancellation.</param>
    /// <exception cref="OperandException">An operand or option is outside what is said above, or a cluster is empty and that is an error.</exception>
    /// <remarks>
    /// The semantics of scikit-learn's KMeans: the tolerance is scaled by the mean variance; equal assignments in two iterations end the
    /// run ("strict convergence"); after any other end the points are assigned once more, so that the answer fits itself. Between
    /// iterations the centroids are rounded to T: an iteration is exactly a <see cref="CentroidStep"/>. Descent with too large a rate
    /// ends where loss or shift leave the range of finite numbers; the step that led there is undone.
    /// </remarks>
    public static FitSummary Evaluate<T>(
        ReadOnlySpan<T> points,
        int dimensions,
        ReadOnlySpan<T> sampleWeight,
        FitOptions options,
        Span<T> centroids,
        Span<int> assignments,
        Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double rate = Check(points, dimensions, sampleWeight, options, centroids, assignments.Length);
        double tolerance = options.Tol * Variance.MeanOverAxes(points, dimensions);
        int? batch = options.BatchSize ?? (options.Method == StepMethod.MiniBatch ? MiniBatchSize : null);
        return batch is { } size && options.Method is StepMethod.MiniBatch or StepMethod.Sgd
            ? InBatches(points, dimensions, sampleWeight, options, rate, Math.Min(size, assignments.Length), tolerance, centroids, assignments, execution)
            : Whole(points, dimensions, sampleWeight, options, rate, tolerance, centroids, assignments, execution);
    }

    private static FitSummary Whole<T>(
        ReadOnlySpan<T> points,
        int dimensions,
        ReadOnlySpan<T> sampleWeight,
        FitOptions options,
        double rate,
        double tolerance,
        Span<T> centroids,
        Span<int> assignments,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var progress = new FitProgress<T>(centroids.Length, CanDiverge(options.Method, rate));
        var updated = new T[centroids.Length];
        var before = new int[assignments.Length];
        Array.Fill(before, -1);
        DistanceBounds? bounds = centroids.Length / dimensions >= DistanceBounds.LeastClusters ? new DistanceBounds(assignments.Length) : null;
        StopReason stop = StopReason.MaxIter;
        while (stop == StopReason.MaxIter && progress.Iterations < options.MaxIter)
        {
            var step = new StepOptions { Method = options.Method, LearningRate = rate, Empty = options.Empty, Seed = options.Seed + progress.Iterations };
            ClusterSums sums = Inertia.EvaluateAgain<T>(points, centroids, dimensions, sampleWeight, assignments, bounds, execution);
            if (progress.LeftTheRange(sums.Loss))
            {
                stop = StopReason.Diverged;
                break;
            }

            progress.Begin(sums.Loss, centroids);
            progress.Weigh(sums);
            StepSummary moved = CentroidStep.Move(points, centroids, sampleWeight, assignments, sums, new double[sums.Clusters], step, rate, updated);
            bounds?.Follow<T>(centroids, updated, dimensions);
            updated.CopyTo(centroids);

            // Down the gradient, equal assignments only mean that the step was short.
            bool whole = options.Method != StepMethod.Sgd && rate == 1;
            stop = whole && assignments.SequenceEqual(before) ? StopReason.AssignmentsRepeat : progress.AfterShift(moved.SquaredShift, tolerance);
            assignments.CopyTo(before);
        }

        return Finish(points, dimensions, sampleWeight, centroids, assignments, progress, stop, execution);
    }

    private static FitSummary InBatches<T>(
        ReadOnlySpan<T> points,
        int dimensions,
        ReadOnlySpan<T> sampleWeight,
        FitOptions options,
        double rate,
        int batch,
        double tolerance,
        Span<T> centroids,
        Span<int> assignments,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var progress = new FitProgress<T>(centroids.Length, CanDiverge(options.Method, rate));
        var batches = new Batches<T>(assignments.Length, batch, dimensions, new SeededRandom(options.Seed, BatchStream));
        var counts = new double[centroids.Length / dimensions];
        var from = new T[centroids.Length];
        var step = new StepOptions { Method = options.Method, LearningRate = rate };
        StopReason stop = StopReason.MaxIter;
        while (stop == StopReason.MaxIter && progress.Iterations < options.MaxIter)
        {
            double loss = Inertia.Evaluate<T>(points, centroids, dimensions, sampleWeight, assignments, execution).Loss;
            if (progress.LeftTheRange(loss))
            {
                stop = StopReason.Diverged;
                break;
            }

            progress.Begin(loss, centroids);
            batches.Shuffle();
            while (batches.Next(points, sampleWeight))
            {
                centroids.CopyTo(from);
                ClusterSums sums = Inertia.Evaluate(batches.Points, from, dimensions, batches.Weights, batches.Assignments, execution);
                progress.Weigh(sums);
                counts = CentroidStep.Move(batches.Points, from, batches.Weights, batches.Assignments, sums, counts, step, rate, centroids).Counts;
            }

            stop = progress.AfterShift(CentroidUpdate.SquaredShift(progress.Before, centroids), tolerance);
        }

        return Finish(points, dimensions, sampleWeight, centroids, assignments, progress, stop, execution);
    }

    private static FitSummary Finish<T>(
        ReadOnlySpan<T> points,
        int dimensions,
        ReadOnlySpan<T> sampleWeight,
        Span<T> centroids,
        Span<int> assignments,
        FitProgress<T> progress,
        StopReason stop,
        Execution execution)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int iterations = progress.Iterations;
        bool strict = stop == StopReason.AssignmentsRepeat;
        ClusterSums sums = strict
            ? Inertia.EvaluateHeld<T>(points, centroids, dimensions, sampleWeight, assignments, execution)
            : Inertia.Evaluate<T>(points, centroids, dimensions, sampleWeight, assignments, execution);
        if (stop == StopReason.Diverged || progress.LeftTheRange(sums.Loss))
        {
            stop = StopReason.Diverged;
            progress.Before.CopyTo(centroids);
            sums = Inertia.Evaluate<T>(points, centroids, dimensions, sampleWeight, assignments, execution);
        }
        else if (!strict)
        {
            progress.Losses.Add(sums.Loss);
        }

        return new FitSummary(sums.Loss, progress.Losses, iterations, stop, EmptyClusters.Find(sums.Weights).Length, progress.Heaviest);
    }

    // Lloyd's step and a mini-batch's go to means of points; a whole Newton step does, too.
    private static bool CanDiverge(StepMethod method, double rate) => method == StepMethod.Sgd || (method == StepMethod.Newton && rate != 1);

    private static double Check<T>(
        ReadOnlySpan<T> points, int dimensions, ReadOnlySpan<T> sampleWeight, FitOptions options, ReadOnlySpan<T> centroids, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int clusters = KmeansRules.Clusters(points, centroids, count, dimensions);
        KmeansRules.CheckFinite(points, nameof(points));
        KmeansRules.CheckFinite(centroids, nameof(centroids));
        KmeansRules.CheckWeights(sampleWeight, count);
        Seeding.CheckClusterCount(clusters, sampleWeight, count);
        int maxIter = options.MaxIter;
        if (maxIter < 1)
        {
            throw new OperandException(nameof(maxIter), $"{maxIter} was found; expected at least 1 iteration.");
        }

        double tol = options.Tol;
        if (!(tol >= 0 && double.IsFinite(tol)))
        {
            throw new OperandException(nameof(tol), "The tolerance is a finite number of at least 0.");
        }

        if (options.BatchSize is { } batchSize && batchSize < 1)
        {
            throw new OperandException(nameof(batchSize), $"{batchSize} was found; expected at least 1 point in a batch.");
        }

        return CentroidStep.Rate(options.Method, options.LearningRate);
    }
}
