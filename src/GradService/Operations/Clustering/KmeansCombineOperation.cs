using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Clustering;

/// <summary>Adds up the answers of kmeans/partial and makes one exact Lloyd step of them.</summary>
/// <remarks>
/// <para>Stack what the shards answered: sums <c>[P, K, D]</c>, counts <c>[P, K]</c> and losses <c>[P]</c>. The centroids answered go out to the shards for the next step; the run has converged where <c>shift</c> is small. Partial answers that an engine has added up already are sent as one shard, P = 1.</para>
/// <para>Edge cases: a cluster that has no points on any shard keeps its centroid, with a sentence in <c>warnings</c>, or is refused with <c>empty</c> = <c>error</c>; relocate and split would need the points. No shards keep every centroid.</para>
/// </remarks>
/// <formula name="centroids">c_k = sum_p S_pk / sum_p n_pk; the previous centroid where that weight is 0</formula>
/// <formula name="loss">L = sum_p L_p, the inertia before the step</formula>
/// <formula name="shift">sum_k ||c_k after - c_k before||²</formula>
/// <derivation>
/// <step latex="S_k = \sum_p S_{pk},\qquad n_k = \sum_p n_{pk}">What the shards counted and summed adds up to what one machine would have.</step>
/// <step latex="c_k = \frac{S_k}{n_k}">Their quotient is the mean over all points of the cluster: one exact Lloyd step.</step>
/// </derivation>
/// <reference>W. Zhao, H. Ma and Q. He, Parallel K-Means Clustering Based on MapReduce, CloudCom 2009.</reference>
public sealed class KmeansCombineOperation : Operation<KmeansCombineRequest, KmeansCombineResponse>
{
    /// <inheritdoc/>
    public override string Name => "kmeans/combine";

    /// <inheritdoc/>
    public override string Example => """
        {
          "sums": [[[5.5, 7.0], [5.0, 7.0]], [[0.0, 0.0], [11.5, 14.5]]],
          "counts": [[3, 1], [0, 3]],
          "loss": [14.25, 19.0],
          "centroids": [[1.0, 1.0], [5.0, 7.0]]
        }
        """;

    /// <inheritdoc/>
    protected override KmeansCombineResponse Evaluate<T>(KmeansCombineRequest request, Evaluation run)
    {
        Shape shape = request.Centroids.Shape;
        Require.Rank(shape, "centroids", 2, 2, "[K, D], the centroids that the shards were sent");
        Require.Rank(request.Sums.Shape, "sums", 3, 3, "[P, K, D], the sums of P shards stacked");
        int shards = request.Sums.Shape[0];
        Require.Shape(request.Sums.Shape, "sums", Require.Product(new Shape(shards), "sums", shape.Lengths), $"as the number of shards is {shards} and the centroids are {shape}");
        Require.Shape(request.Counts.Shape, "counts", new Shape(shards, shape[0]), $"as sums {request.Sums.Shape} are of {Quantity.Of(shards, "shard", "shards")} and {Quantity.Of(shape[0], "cluster", "clusters")}");
        if (request.Loss is not null)
        {
            Require.Shape(request.Loss.Shape, "loss", new Shape(shards), "one loss for each shard");
        }

        Tensor<T> centroids = run.Floats<T>(request.Centroids);
        Tensor<T> updated = run.Rent<T>(shape);
        StepSummary step = Combination.Evaluate<T>(
            run.Floats<T>(request.Sums).Span, run.Floats<T>(request.Counts).Span, centroids.Span, shape[1], request.Empty, updated.Span);
        if (step.Left > 0)
        {
            run.Warn($"{step.Left} of {Quantity.Of(shape[0], "cluster", "clusters")} {(step.Left == 1 ? "has" : "have")} no points on any shard and kept the centroid.");
        }

        return new KmeansCombineResponse
        {
            Centroids = updated,
            Loss = request.Loss is null ? null : Total(run.Floats<T>(request.Loss), run),
            Shift = run.Scope.Scalar(T.CreateTruncating(step.SquaredShift)),
            Counts = KmeansOperands<T>.Narrow(step.Counts, new Shape(shape[0]), run),
        };
    }

    private static Tensor<T> Total<T>(Tensor<T> losses, Evaluation run)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        double total = 0;
        foreach (T loss in losses.Span)
        {
            total += double.CreateTruncating(loss);
        }

        return run.Scope.Scalar(T.CreateTruncating(total));
    }
}

/// <summary>What the shards answered, stacked.</summary>
public sealed record KmeansCombineRequest : OperationRequest
{
    /// <summary>The sums of each shard.</summary>
    [Shape("[P, K, D]")]
    public required Tensor Sums { get; init; }

    /// <summary>The counts of each shard, finite and at least 0.</summary>
    [Shape("[P, K]")]
    public required Tensor Counts { get; init; }

    /// <summary>The loss of each shard. Default: none, and the answer has none.</summary>
    [Shape("[P]")]
    public Tensor? Loss { get; init; }

    /// <summary>The centroids that the shards were sent; a cluster without points keeps its own.</summary>
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }

    /// <summary>What becomes of a cluster without points: <c>keep</c> or <c>error</c>.</summary>
    public EmptyCluster Empty { get; init; } = EmptyCluster.Keep;
}

/// <summary>The centroids after the step.</summary>
public sealed record KmeansCombineResponse
{
    /// <summary>The new centroids, to be sent to the shards for the next step.</summary>
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }

    /// <summary>The inertia of all shards before the step, where their losses were sent.</summary>
    [Shape("[]")]
    public Tensor? Loss { get; init; }

    /// <summary>The sum over all centroids of the squared distance moved.</summary>
    [Shape("[]")]
    public required Tensor Shift { get; init; }

    /// <summary>The weight of each cluster over all shards.</summary>
    [Shape("[K]")]
    public required Tensor Counts { get; init; }
}
