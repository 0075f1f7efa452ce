using GradService.Catalog;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Clustering;

/// <summary>The inertia of k-means with its exact gradient by the centroids and by the points.</summary>
/// <remarks>
/// <para>The loss is the weighted sum of squared distances of the points to their nearest centroids. Which centroid is nearest is piecewise constant: it carries no gradient of its own, and between its jumps the loss is a
/// plain quadratic in the centroids. So the gradient is that of the quadratic with the assignments held, as automatic differentiation finds it too.</para>
/// <para>Setting it to 0 gives c_k = S_k / n_k, the mean of the cluster: Lloyd's step. See kmeans/step.</para>
/// <para>Edge cases: a tie goes to the lowest index, and the whole gradient with it (torch's <c>min(dim)</c>; <c>amin</c> splits it evenly). An empty cluster has gradient 0. A point of weight 0 is assigned and adds nothing.
/// <c>mean</c> divides by the summed weights; where that is 0 the loss is NaN, with a sentence in <c>warnings</c>. No points under <c>sum</c> have loss 0.</para>
/// </remarks>
/// <formula name="loss">L = sum_i w_i ||x_i - c_m(i)||², with m(i) the nearest centroid;  mean: L / sum_i w_i</formula>
/// <formula name="grad_centroids">dL/dc_k = 2 (n_k c_k - S_k), with n_k = sum of w_i and S_k = sum of w_i x_i over the points of cluster k</formula>
/// <formula name="grad_points">dL/dx_i = 2 w_i (x_i - c_m(i))</formula>
/// <derivation>
/// <step latex="L = \sum_i w_i \min_k \lVert x_i - c_k \rVert^2 = \sum_i w_i \lVert x_i - c_{m(i)} \rVert^2">The minimum picks one centroid for each point; a small move of points or centroids picks the same, so its choice m is a constant for the derivative.</step>
/// <step latex="\frac{\partial}{\partial c_k} w_i \lVert x_i - c_k \rVert^2 = 2 w_i (c_k - x_i)">Each point of cluster k pulls at its centroid with twice the difference.</step>
/// <step latex="\frac{\partial L}{\partial c_k} = \sum_{i: m(i) = k} 2 w_i (c_k - x_i) = 2 (n_k c_k - S_k)">Added up over the cluster, only its weight and its sum matter.</step>
/// <step latex="\frac{\partial L}{\partial x_i} = 2 w_i (x_i - c_{m(i)})">A point feels the opposite of its own pull.</step>
/// <step latex="\frac{\partial^2 L}{\partial c_k^2} = 2 n_k I">The Hessian is diagonal, which is why Newton's method for k-means costs nothing.</step>
/// </derivation>
/// <reference>L. Bottou and Y. Bengio, Convergence Properties of the K-Means Algorithms, NIPS 1994: the gradient, and Lloyd's step as Newton's.</reference>
/// <reference>S. P. Lloyd, Least Squares Quantization in PCM, IEEE Transactions on Information Theory 28, 1982.</reference>
public sealed class KmeansLossOperation : Operation<KmeansLossRequest, KmeansLossResponse>
{
    /// <inheritdoc/>
    public override string Name => "kmeans/loss";

    /// <inheritdoc/>
    public override string Example => """
        {
          "points": [[1.0, 1.0], [1.5, 2.0], [3.0, 4.0], [5.0, 7.0], [3.5, 5.0], [4.5, 5.0], [3.5, 4.5]],
          "centroids": [[1.0, 1.0], [5.0, 7.0]]
        }
        """;

    /// <inheritdoc/>
    protected override KmeansLossResponse Evaluate<T>(KmeansLossRequest request, Evaluation run)
    {
        var operands = new KmeansOperands<T>(request.Points, request.Centroids, request.SampleWeight, run);
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, Shape.Scalar, "loss");
        ClusterSums? found = null;
        Tensor<int> assignments = run.Hold("assignments", () =>
        {
            Tensor<int> nearest = run.Rent<int>(new Shape(operands.Count));
            found = Inertia.Evaluate<T>(
                operands.Points.Span, operands.Centroids.Span, operands.Dimensions, operands.SampleWeight.SpanOrEmpty(), nearest.Span, run.Execution);
            return nearest;
        });
        ClusterSums sums = found ?? Inertia.EvaluateHeld<T>(
            operands.Points.Span, operands.Centroids.Span, operands.Dimensions, operands.SampleWeight.SpanOrEmpty(), assignments.Span, run.Execution);
        double denominator = request.Reduction == InertiaReduction.Mean ? sums.Weight : 1;
        if (denominator == 0)
        {
            run.WarnOfNonFinite("The summed weight of the points is 0, so the mean is 0/0: the loss is NaN and the gradient zero.");
        }

        double factor = (upstream is null ? 1 : double.CreateTruncating(upstream.Span[0])) / (denominator == 0 ? 1 : denominator);
        return new KmeansLossResponse
        {
            Loss = run.Scope.Scalar(T.CreateTruncating(sums.Loss / denominator)),
            GradCentroids = CentroidGradient(request, operands, sums, factor, run),
            GradPoints = PointGradient(request, operands, assignments, factor, run),
            Assignments = assignments,
            Counts = KmeansOperands<T>.Narrow(sums.Weights, new Shape(sums.Clusters), run),
            PerCluster = KmeansOperands<T>.Narrow(sums.Losses, new Shape(sums.Clusters), run),
        };
    }

    private static Tensor<T>? CentroidGradient<T>(KmeansLossRequest request, KmeansOperands<T> operands, ClusterSums sums, double factor, Evaluation run)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (!run.Wants(nameof(request.Centroids)))
        {
            return null;
        }

        Tensor<T> gradient = run.Rent<T>(operands.Centroids.Shape);
        Inertia.CentroidGradient<T>(operands.Centroids.Span, sums, factor, gradient.Span);
        return gradient;
    }

    private static Tensor<T>? PointGradient<T>(KmeansLossRequest request, KmeansOperands<T> operands, Tensor<int> assignments, double factor, Evaluation run)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (!run.Wants(nameof(request.Points)))
        {
            return null;
        }

        Tensor<T> gradient = run.Rent<T>(operands.Points.Shape);
        Inertia.PointGradient<T>(
            operands.Points.Span, operands.Centroids.Span, operands.Dimensions, operands.SampleWeight.SpanOrEmpty(), assignments.Span, factor, gradient.Span);
        return gradient;
    }
}

/// <summary>How the points' losses become one.</summary>
public enum InertiaReduction
{
    /// <summary>Added up: the inertia.</summary>
    Sum,

    /// <summary>The sum divided by the summed weights of the points: by their number where no weights are given.</summary>
    Mean,
}

/// <summary>Points, centroids and weights.</summary>
public sealed record KmeansLossRequest : DifferentiableRequest
{
    /// <summary>The points.</summary>
    [Differentiable]
    [Shape("[N, D]")]
    public required Tensor Points { get; init; }

    /// <summary>The centroids, at least one.</summary>
    [Differentiable]
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }

    /// <summary>How much each point counts, finite and at least 0. Default: ones.</summary>
    [Shape("[N]")]
    public Tensor? SampleWeight { get; init; }

    /// <summary>How the points' losses become one.</summary>
    public InertiaReduction Reduction { get; init; } = InertiaReduction.Sum;
}

/// <summary>The loss, its gradients, and the clusters.</summary>
public sealed record KmeansLossResponse
{
    /// <summary>The inertia, or its mean.</summary>
    [Objective]
    [Shape("[]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by the centroids, the assignments held.</summary>
    [Shape("[K, D]")]
    public Tensor? GradCentroids { get; init; }

    /// <summary>The gradient of the loss by the points, the assignments held.</summary>
    [Shape("[N, D]")]
    public Tensor? GradPoints { get; init; }

    /// <summary>The index of each point's nearest centroid.</summary>
    [Shape("[N]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Assignments { get; init; }

    /// <summary>n_k: the summed weight of each cluster's points; their number where no weights are given.</summary>
    [Shape("[K]")]
    public required Tensor Counts { get; init; }

    /// <summary>The inertia of each cluster; they add up to that of all.</summary>
    [Shape("[K]")]
    public required Tensor PerCluster { get; init; }
}
