using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Clustering;

/// <summary>k-means to the end: from given or chosen centroids to a local minimum of the inertia.</summary>
/// <remarks>
/// <para>The semantics are those of scikit-learn's <c>KMeans</c>: from the same centroids <c>lloyd</c> ends at the same inertia. The run stops where the assignments are those of the iteration before, or where the squared shift of the centroids is at most
/// <c>tol</c> times the mean over the axes of the points' variance; after the latter the points are assigned once more, so that centroids, assignments and loss fit each other.</para>
/// <para>Without <c>centroids</c> the start is chosen by <c>init</c> from <c>seed</c>; with <c>n_init</c> above 1 the run is repeated from the seeds that follow and the least inertia is answered, of equal ones the first. Each iteration is exactly kmeans/step: the centroids are rounded to
/// <c>dtype</c> in between.</para>
/// <para><c>mini_batch</c> (batches of 1024 unless <c>batch_size</c> says otherwise) and <c>sgd</c> with a <c>batch_size</c> shuffle the points and deal them out once in each iteration; <c>sgd</c> without it takes all points at once. They stop by <c>tol</c> alone.
/// With too large a <c>learning_rate</c> (1/n_k or more) <c>sgd</c> leads away from the minimum: where loss or shift are no longer finite the run ends, the step that led there is undone, and <c>stop_reason</c> is <c>diverged</c>.</para>
/// <para>Edge cases: coordinates must be finite. More clusters than points of a weight above 0 is an error. A cluster that stays empty keeps its centroid and is told of in <c>warnings</c>, as is a run that did not converge.</para>
/// </remarks>
/// <formula name="loss">L = sum_i w_i ||x_i - c_m(i)||², of the final centroids and assignments</formula>
/// <formula name="centroids">lloyd: c_k ← S_k / n_k until m(i) repeats or sum_k ||shift_k||² ≤ tol · mean_d var(x_d)</formula>
/// <derivation>
/// <step latex="L(c, m) = \sum_i w_i \lVert x_i - c_{m(i)} \rVert^2">The inertia depends on the centroids and on the assignments.</step>
/// <step latex="m(i) = \arg\min_k \lVert x_i - c_k \rVert^2">The best assignments for given centroids are the nearest ones: the inertia cannot grow.</step>
/// <step latex="c_k = \frac{S_k}{n_k}">The best centroids for given assignments are the means: it cannot grow either.</step>
/// <step latex="L_0 \ge L_1 \ge L_2 \ge \dots">So it falls step by step, and as there are finitely many assignments it arrives: at a minimum that no single one of the two moves can improve, which need not be the lowest. Hence n_init.</step>
/// </derivation>
/// <reference>S. P. Lloyd, Least Squares Quantization in PCM, IEEE Transactions on Information Theory 28, 1982.</reference>
/// <reference>Semantics of sklearn.cluster.KMeans, scikit-learn 1.2: tolerance, strict convergence, relocation.</reference>
/// <reference>D. Sculley, Web-Scale K-Means Clustering, WWW 2010: mini-batches.</reference>
public sealed class KmeansFitOperation : Operation<KmeansFitRequest, KmeansFitResponse>
{
    /// <inheritdoc/>
    public override string Name => "kmeans/fit";

    /// <inheritdoc/>
    public override bool IsLong => true;

    /// <inheritdoc/>
    public override string Example => """
        {
          "points": [[1.0, 1.0], [1.5, 2.0], [3.0, 4.0], [5.0, 7.0], [3.5, 5.0], [4.5, 5.0], [3.5, 4.5]],
          "centroids": [[1.0, 1.0], [5.0, 7.0]],
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override KmeansFitResponse Evaluate<T>(KmeansFitRequest request, Evaluation run)
    {
        var operands = new KmeansOperands<T>(request.Points, request.Centroids, request.SampleWeight, run);
        int clusters = Clusters(request, operands, run);
        Shape shape = Require.Product(new Shape(clusters), "nClusters", operands.Dimensions);
        (Tensor<T> Centroids, Tensor<int> Assignments, FitSummary Fit)? best = null;
        for (int start = 0; start < (request.Centroids is null ? request.NInit : 1); start++)
        {
            long seed = request.Seed + start;
            Tensor<T> centroids = run.Rent<T>(shape);
            Tensor<int> assignments = run.Rent<int>(new Shape(operands.Count));
            if (request.Centroids is null)
            {
                Choose(operands, request, seed, centroids, run);
            }
            else
            {
                operands.Centroids.Span.CopyTo(centroids.Span);
            }

            FitSummary fit = Fit(operands, request, seed, centroids, assignments, run);
            if (best is not { } before)
            {
                best = (centroids, assignments, fit);
            }
            else
            {
                bool better = fit.Loss < before.Fit.Loss;
                run.Scope.GiveBack(better ? before.Centroids : centroids);
                run.Scope.GiveBack(better ? before.Assignments : assignments);
                best = better ? (centroids, assignments, fit) : before;
            }
        }

        WarnOf(request, best!.Value.Fit, run);
        return Answer(best.Value.Centroids, best.Value.Assignments, best.Value.Fit, run);
    }

    private static FitSummary Fit<T>(
        KmeansOperands<T> operands, KmeansFitRequest request, long seed, Tensor<T> centroids, Tensor<int> assignments, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new FitOptions
        {
            Method = request.Method,
            MaxIter = request.MaxIter,
            Tol = request.Tol,
            LearningRate = request.LearningRate,
            BatchSize = request.BatchSize,
            Empty = request.Empty,
            Seed = seed,
        };
        return KmeansFit.Evaluate<T>(
            operands.Points.Span, operands.Dimensions, operands.SampleWeight.SpanOrEmpty(), options, centroids.Span, assignments.Span, run.Execution);
    }

    private static void Choose<T>(KmeansOperands<T> operands, KmeansFitRequest request, long seed, Tensor<T> centroids, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<int> indices = run.Rent<int>(new Shape(centroids.Shape[0]));
        Seeding.Choose<T>(
            operands.Points.Span, operands.Dimensions, operands.SampleWeight.SpanOrEmpty(), (KmeansInit)request.Init, seed, indices.Span, run.Execution);
        Seeding.Gather<T>(operands.Points.Span, operands.Dimensions, indices.Span, centroids.Span);
        run.Scope.GiveBack(indices);
    }

    private static KmeansFitResponse Answer<T>(Tensor<T> centroids, Tensor<int> assignments, FitSummary fit, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new()
        {
            Centroids = centroids,
            Assignments = assignments,
            Loss = run.Scope.Scalar(T.CreateTruncating(fit.Loss)),
            LossHistory = KmeansOperands<T>.Narrow([.. fit.LossHistory], new Shape(fit.LossHistory.Count), run),
            NIter = fit.Iterations,
            Converged = fit.Converged,
            StopReason = WireName.Of(fit.Stop.ToString()),
        };

    private static int Clusters<T>(KmeansFitRequest request, KmeansOperands<T> operands, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (request.NInit < 1)
        {
            throw new OperandException("nInit", $"{request.NInit} was found; expected at least 1 run.");
        }

        if (request.Centroids is null)
        {
            int wanted = request.NClusters ?? throw new OperandException("nClusters", "Neither n_clusters nor centroids was found: say how many clusters to look for, or where to start.");
            Seeding.CheckClusterCount(wanted, operands.SampleWeight.SpanOrEmpty(), operands.Count);
            return wanted;
        }

        int given = request.Centroids.Shape[0];
        if (request.NClusters is { } count && count != given)
        {
            throw new OperandException("nClusters", $"{count} was found, and {Quantity.Of(given, "centroid was", "centroids were")} sent: leave n_clusters out, or make them agree.");
        }

        if (request.NInit > 1)
        {
            run.Warn("n_init does not apply where centroids are given: there is one place to start from.");
        }

        return given;
    }

    private static void WarnOf(KmeansFitRequest request, FitSummary fit, Evaluation run)
    {
        bool tooFast = request.Method == StepMethod.Sgd ? request.LearningRate * fit.Heaviest >= 1 : request is { Method: StepMethod.Newton, LearningRate: >= 2 };
        if (fit.Stop == StopReason.Diverged)
        {
            run.Warn($"The run diverged: step {fit.Iterations} led to numbers that are not finite and was undone, so the answer is what that step began from and no minimum. {Contraction(request, fit)}");
        }
        else if (fit.Stop == StopReason.MaxIter && tooFast)
        {
            run.Warn($"The run did not converge within max_iter = {fit.Iterations}, and more iterations will hardly help. {Contraction(request, fit)}");
        }
        else if (fit.Stop == StopReason.MaxIter)
        {
            run.Warn($"The run did not converge within max_iter = {fit.Iterations}: start from the answered centroids, or allow more iterations.");
        }

        if (fit.Empty > 0)
        {
            run.Warn($"{Quantity.Of(fit.Empty, "cluster has", "clusters have")} no points at the end: there are fewer different points than clusters, or the centroids moved away from the points, or empty = keep left them.");
        }
    }

    private static string Contraction(KmeansFitRequest request, FitSummary fit) => request.Method == StepMethod.Sgd
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"Lower learning_rate ({request.LearningRate}): a step down the gradient contracts below 1/n, n being the weight of the cluster, and the heaviest cluster of any step had n = {fit.Heaviest:G6}, so below {1 / fit.Heaviest:G4}.")
        : string.Create(CultureInfo.InvariantCulture, $"Lower learning_rate ({request.LearningRate}): Newton's step contracts below 2, and 1 goes to the mean at once.");
}

/// <summary>Points, where to start, and how to run.</summary>
public sealed record KmeansFitRequest : OperationRequest
{
    /// <summary>The points, finite, at least one.</summary>
    [Shape("[N, D]")]
    public required Tensor Points { get; init; }

    /// <summary>Where to start. Default: chosen by <c>init</c>, <c>n_clusters</c> of them.</summary>
    [Shape("[K, D]")]
    public Tensor? Centroids { get; init; }

    /// <summary>How much each point counts, finite and at least 0. Default: ones.</summary>
    [Shape("[N]")]
    public Tensor? SampleWeight { get; init; }

    /// <summary>How many clusters to look for, K. Needed where no centroids are given.</summary>
    [Range(1, double.MaxValue)]
    public int? NClusters { get; init; }

    /// <summary>How the first centroids are chosen, where none are given.</summary>
    public KmeansStart Init { get; init; } = KmeansStart.KMeansPlusPlus;

    /// <summary>How each step moves the centroids. <c>newton</c> is <c>lloyd</c> to rounding.</summary>
    public StepMethod Method { get; init; } = StepMethod.Lloyd;

    /// <summary>The most iterations.</summary>
    [Range(1, double.MaxValue)]
    public int MaxIter { get; init; } = 300;

    /// <summary>The run stops where the squared shift is at most this times the mean variance of the coordinates: scikit-learn's meaning.</summary>
    [Range(0.0, double.MaxValue)]
    public double Tol { get; init; } = 1e-4;

    /// <summary>How many starts to try, where no centroids are given.</summary>
    [Range(1, double.MaxValue)]
    public int NInit { get; init; } = 1;

    /// <summary>Points in a batch of <c>mini_batch</c> (default 1024) or <c>sgd</c> (default all).</summary>
    [Range(1, double.MaxValue)]
    public int? BatchSize { get; init; }

    /// <summary>The rate of <c>sgd</c>, which needs one, and of <c>newton</c> (default 1).</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double? LearningRate { get; init; }

    /// <summary>What becomes of a cluster without points, under <c>lloyd</c> and <c>newton</c>.</summary>
    public EmptyCluster Empty { get; init; } = EmptyCluster.Relocate;

    /// <summary>What starts, batches and splits are drawn by: the same seed, the same answer.</summary>
    public long Seed { get; init; }
}

/// <summary>Where the run ended, and how it went.</summary>
public sealed record KmeansFitResponse
{
    /// <summary>The final centroids.</summary>
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }

    /// <summary>The index of each point's nearest centroid.</summary>
    [Shape("[N]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Assignments { get; init; }

    /// <summary>The inertia of these.</summary>
    [Shape("[]")]
    public required Tensor Loss { get; init; }

    /// <summary>The inertia before each iteration's step and, unless the assignments repeated or the last step was undone, the final one.</summary>
    [Shape("[n_iter] or [n_iter + 1]")]
    public required Tensor LossHistory { get; init; }

    /// <summary>How many iterations were made.</summary>
    public required int NIter { get; init; }

    /// <summary>Whether the run ended at a minimum to within the tolerance.</summary>
    public required bool Converged { get; init; }

    /// <summary>Why it ended: <c>assignments_repeat</c>, <c>shift_within_tol</c>, <c>max_iter</c> or <c>diverged</c>.</summary>
    public required string StopReason { get; init; }
}
