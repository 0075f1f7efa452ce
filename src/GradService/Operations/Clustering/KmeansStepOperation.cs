using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Clustering;

/// <summary>One step of k-means: down the gradient, Lloyd's, Newton's or a mini-batch's, with the mathematics shown on request.</summary>
/// <remarks>
/// <para>Every point is assigned to its nearest centroid; then the centroids move. With the assignments held the inertia is a quadratic, whose gradient is 2 (n_k c_k - S_k) and whose Hessian is 2 n_k on the diagonal. <c>newton</c> divides one by the other
/// and arrives at S_k / n_k, the mean: a full Newton step <i>is</i> Lloyd's step, which <c>lloyd</c> computes directly. <c>sgd</c> goes from c_k towards that mean by the share 2 learning_rate n_k: it contracts below learning_rate = 1 / n_k, and 1 / (2 n_k) is Lloyd's.</para>
/// <para><c>mini_batch</c> keeps running counts: send the answered <c>counts</c> with the next batch. Each centroid is the mean of all points that it was ever given, as in scikit-learn's <c>MiniBatchKMeans.partial_fit</c>.</para>
/// <para>Empty clusters, under lloyd and newton: <c>keep</c> leaves the centroid; <c>relocate</c> gives the points farthest from their centroids to the empty clusters, one each, the farthest first, and takes them from the cluster they were in (scikit-learn);
/// <c>split</c> copies the centroid of a cluster drawn by its weight less 1 and moves the two apart by one part in 1024 (faiss), so that a cluster of a weight of at most 1 is never split; <c>error</c> refuses. sgd and mini_batch leave such centroids where they are: a batch misses some by chance.</para>
/// <para>Edge cases: a tie goes to the lowest index. A point of weight 0 is assigned and moves nothing. <c>relocate</c> takes no point of weight 0 and none that lies on its centroid, so that clusters may stay empty; of equally far points the lowest index goes first, where scikit-learn leaves the order open.
/// The answered assignments are those before the step, and before any relocation.</para>
/// </remarks>
/// <formula name="centroids">sgd: c_k - lr 2 (n_k c_k - S_k);  lloyd: S_k / n_k;  newton: c_k - lr (2 n_k)⁻¹ 2 (n_k c_k - S_k);  mini_batch: (N_k c_k + S_k) / (N_k + n_k)</formula>
/// <formula name="loss">L = sum_i w_i ||x_i - c_m(i)||² before the step</formula>
/// <formula name="shift">sum_k ||c_k after - c_k before||²</formula>
/// <derivation>
/// <step latex="L(c) = \sum_k \sum_{i: m(i) = k} w_i \lVert x_i - c_k \rVert^2">With the assignments held, every centroid has a quadratic bowl of its own.</step>
/// <step latex="g_k = 2 (n_k c_k - S_k),\qquad H_k = 2 n_k I">Its slope and its curvature need only the weight n_k and the sum S_k of the cluster.</step>
/// <step latex="c_k - H_k^{-1} g_k = c_k - \frac{2 (n_k c_k - S_k)}{2 n_k} = \frac{S_k}{n_k}">Newton's method jumps to the bottom of a quadratic at once. Here the bottom is the mean of the cluster: Lloyd's step.</step>
/// <step latex="c_k - \eta\, g_k = (1 - 2 \eta n_k)\, c_k + 2 \eta n_k \frac{S_k}{n_k}">A gradient step goes part of the way to that mean. The share 2 eta n_k is the greater the heavier the cluster, which is why one rate does not suit all; it must stay below 2.</step>
/// <step latex="c_k \leftarrow \frac{N_k c_k + S_k}{N_k + n_k},\qquad N_k \leftarrow N_k + n_k">A mini-batch step is the gradient step with each cluster's own falling rate 1 / (2 (N_k + n_k)).</step>
/// </derivation>
/// <reference>L. Bottou and Y. Bengio, Convergence Properties of the K-Means Algorithms, NIPS 1994.</reference>
/// <reference>S. P. Lloyd, Least Squares Quantization in PCM, IEEE Transactions on Information Theory 28, 1982.</reference>
/// <reference>D. Sculley, Web-Scale K-Means Clustering, WWW 2010: mini-batches.</reference>
/// <reference>Semantics of sklearn.cluster.KMeans, scikit-learn 1.2 (relocate), and of faiss::Clustering (split).</reference>
public sealed class KmeansStepOperation : Operation<KmeansStepRequest, KmeansStepResponse>
{
    /// <inheritdoc/>
    public override string Name => "kmeans/step";

    /// <inheritdoc/>
    public override string Example => """
        {
          "points": [[1.0, 1.0], [1.5, 2.0], [3.0, 4.0], [5.0, 7.0], [3.5, 5.0], [4.5, 5.0], [3.5, 4.5]],
          "centroids": [[1.0, 1.0], [5.0, 7.0]],
          "method": "newton",
          "explain": true,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override KmeansStepResponse Evaluate<T>(KmeansStepRequest request, Evaluation run)
    {
        var operands = new KmeansOperands<T>(request.Points, request.Centroids, request.SampleWeight, run);
        Shape perCluster = new(operands.Centroids.Shape[0]);
        if (request.Counts is not null)
        {
            Require.Shape(request.Counts.Shape, "counts", perCluster, "one running count for each centroid");
        }

        Tensor<T> updated = run.Rent<T>(operands.Centroids.Shape);
        Tensor<int> assignments = run.Rent<int>(new Shape(operands.Count));
        var options = new StepOptions { Method = request.Method, LearningRate = request.LearningRate, Empty = request.Empty, Seed = request.Seed };
        StepSummary step = CentroidStep.Evaluate<T>(
            operands.Points.Span,
            operands.Centroids.Span,
            operands.Dimensions,
            operands.SampleWeight.SpanOrEmpty(),
            request.Counts is null ? default : run.Floats<T>(request.Counts).Span,
            options,
            updated.Span,
            assignments.Span,
            run.Execution);
        WarnOf(request, step, run);
        StepExplanation<T>? explained = request.Explain ? new StepExplanation<T>(operands, request, step, run) : null;
        return new KmeansStepResponse
        {
            Centroids = updated,
            Loss = run.Scope.Scalar(T.CreateTruncating(step.Sums.Loss)),
            Shift = run.Scope.Scalar(T.CreateTruncating(step.SquaredShift)),
            Counts = KmeansOperands<T>.Narrow(step.Counts, perCluster, run),
            Assignments = assignments,
            Gradient = explained?.Gradient,
            HessianDiagonal = explained?.HessianDiagonal,
            NewtonStep = explained?.NewtonStep,
            LloydStep = explained?.LloydStep,
            GradientStep = explained?.GradientStep,
            Explanation = explained?.Sentences,
        };
    }

    private static void WarnOf(KmeansStepRequest request, StepSummary step, Evaluation run)
    {
        bool whole = request.Method is StepMethod.Lloyd or StepMethod.Newton;
        if (step.Empty.Length > 0 && whole)
        {
            string which = step.Empty.Length == 1 ? $"Cluster {step.Empty[0]} has" : $"Clusters {string.Join(", ", step.Empty.Take(10))}{(step.Empty.Length > 10 ? ", ..." : string.Empty)} have";
            string use = $"{step.Empty.Length - step.Left} of {step.Empty.Length} found a use by {WireName.Of(request.Empty.ToString())}";
            run.Warn(request.Empty switch
            {
                EmptyCluster.Relocate when step.Left > 0 => $"{which} no points; {use}, as there are no more points of a weight above 0 away from their centroids.",
                EmptyCluster.Split when step.Left > 0 => $"{which} no points; {use}, as no more clusters have a weight above 1 to be split.",
                EmptyCluster.Relocate or EmptyCluster.Split => $"{which} no points; {use}.",
                _ => $"{which} no points and stayed: empty can be set to relocate or split.",
            });
        }

        double heaviest = step.Sums.Weights.Max();
        if (request is { Method: StepMethod.Sgd, LearningRate: { } rate } && rate * heaviest >= 1)
        {
            run.Warn(string.Create(CultureInfo.InvariantCulture, $"learning_rate {rate} is not below 1/n = {1 / heaviest:G4} of the heaviest cluster (n = {heaviest:G6}): its centroid jumps as far beyond its mean or farther, and repeated steps do not converge."));
        }
    }
}

/// <summary>Points, centroids, and how to step.</summary>
public sealed record KmeansStepRequest : OperationRequest
{
    /// <summary>All points, or a batch of them.</summary>
    [Shape("[N, D]")]
    public required Tensor Points { get; init; }

    /// <summary>Where the centroids stand, at least one.</summary>
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }

    /// <summary>How much each point counts, finite and at least 0. Default: ones.</summary>
    [Shape("[N]")]
    public Tensor? SampleWeight { get; init; }

    /// <summary>For <c>mini_batch</c>: the counts that the step before answered. Default: zeros. The other methods do not look at it.</summary>
    [Shape("[K]")]
    public Tensor? Counts { get; init; }

    /// <summary>How the centroids move.</summary>
    public StepMethod Method { get; init; } = StepMethod.Lloyd;

    /// <summary>The rate of <c>sgd</c>, which needs one, and of <c>newton</c> (default 1: the full step).</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double? LearningRate { get; init; }

    /// <summary>What becomes of a cluster without points.</summary>
    public EmptyCluster Empty { get; init; } = EmptyCluster.Keep;

    /// <summary>Whether to answer the gradient, the Hessian, the steps they lead to, and a sentence for each.</summary>
    public bool Explain { get; init; }

    /// <summary>What <c>split</c> draws by.</summary>
    public long Seed { get; init; }
}

/// <summary>The moved centroids, and what the step was made of.</summary>
public sealed record KmeansStepResponse
{
    /// <summary>The centroids after the step.</summary>
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }

    /// <summary>The inertia before the step.</summary>
    [Shape("[]")]
    public required Tensor Loss { get; init; }

    /// <summary>The sum over all centroids of the squared distance moved.</summary>
    [Shape("[]")]
    public required Tensor Shift { get; init; }

    /// <summary>n_k, the summed weight of each cluster's points, after empty clusters were dealt with; under <c>mini_batch</c> the running counts.</summary>
    [Shape("[K]")]
    public required Tensor Counts { get; init; }

    /// <summary>The index of each point's nearest centroid before the step.</summary>
    [Shape("[N]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Assignments { get; init; }

    /// <summary>With <c>explain</c>: 2 (n_k c_k - S_k).</summary>
    [Shape("[K, D]")]
    public Tensor? Gradient { get; init; }

    /// <summary>With <c>explain</c>: 2 n_k, the second derivative by each coordinate; all others are 0.</summary>
    [Shape("[K, D]")]
    public Tensor? HessianDiagonal { get; init; }

    /// <summary>With <c>explain</c>: where a full Newton step leads, c - gradient / hessian_diagonal.</summary>
    [Shape("[K, D]")]
    public Tensor? NewtonStep { get; init; }

    /// <summary>With <c>explain</c>: where Lloyd's step leads, the mean of each cluster. Equal to <c>newton_step</c> to rounding.</summary>
    [Shape("[K, D]")]
    public Tensor? LloydStep { get; init; }

    /// <summary>With <c>explain</c> and a <c>learning_rate</c>: where the gradient step leads, c - learning_rate gradient.</summary>
    [Shape("[K, D]")]
    public Tensor? GradientStep { get; init; }

    /// <summary>With <c>explain</c>: a sentence for each of these.</summary>
    public IReadOnlyList<string>? Explanation { get; init; }
}
