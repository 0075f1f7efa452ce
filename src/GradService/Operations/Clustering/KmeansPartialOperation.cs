using GradService.Catalog;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Clustering;

/// <summary>What one shard of the points adds to a Lloyd step: sums, counts and loss, which add up over shards.</summary>
/// <remarks>
/// <para>Data larger than one machine: every replica of the service gets one shard of the points and the same centroids, and answers K sums, counts and a loss, however many points it had. Stacked and sent to kmeans/combine, or added up by any
/// map-reduce engine, they give exactly the step that one machine with all points would make, to rounding.</para>
/// <para>Edge cases: an empty shard answers zeros. With <c>dtype</c> FP32 the sums are accumulated in FP64 and rounded once in the answer; ask for FP64 where shards hold millions of points.</para>
/// </remarks>
/// <formula name="sums">S_k = sum of w_i x_i over the shard's points nearest to c_k</formula>
/// <formula name="counts">n_k = sum of w_i over them</formula>
/// <formula name="loss">L = sum_i w_i ||x_i - c_m(i)||² over the shard</formula>
/// <derivation>
/// <step latex="c_k = \frac{\sum_{i: m(i) = k} w_i x_i}{\sum_{i: m(i) = k} w_i}">Lloyd's step needs two sums over the points of each cluster.</step>
/// <step latex="\sum_{i \in A \cup B} = \sum_{i \in A} + \sum_{i \in B}">A sum over all points is the sum of the sums over shards, and which centroid is nearest to a point depends on no other point. So the shards never have to meet.</step>
/// </derivation>
/// <reference>W. Zhao, H. Ma and Q. He, Parallel K-Means Clustering Based on MapReduce, CloudCom 2009.</reference>
public sealed class KmeansPartialOperation : Operation<KmeansPartialRequest, KmeansPartialResponse>
{
    /// <inheritdoc/>
    public override string Name => "kmeans/partial";

    /// <inheritdoc/>
    public override string Example => """
        {
          "points": [[1.0, 1.0], [1.5, 2.0], [3.0, 4.0], [5.0, 7.0]],
          "centroids": [[1.0, 1.0], [5.0, 7.0]]
        }
        """;

    /// <inheritdoc/>
    protected override KmeansPartialResponse Evaluate<T>(KmeansPartialRequest request, Evaluation run)
    {
        var operands = new KmeansOperands<T>(request.Points, request.Centroids, request.SampleWeight, run);
        Tensor<int> assignments = run.Rent<int>(new Shape(operands.Count));
        ClusterSums sums = Inertia.Evaluate<T>(
            operands.Points.Span, operands.Centroids.Span, operands.Dimensions, operands.SampleWeight.SpanOrEmpty(), assignments.Span, run.Execution);
        return new KmeansPartialResponse
        {
            Sums = KmeansOperands<T>.Narrow(sums.Sums, operands.Centroids.Shape, run),
            Counts = KmeansOperands<T>.Narrow(sums.Weights, new Shape(sums.Clusters), run),
            Loss = run.Scope.Scalar(T.CreateTruncating(sums.Loss)),
        };
    }
}

/// <summary>A shard of the points, and the centroids that all shards share.</summary>
public sealed record KmeansPartialRequest : OperationRequest
{
    /// <summary>The shard's points.</summary>
    [Shape("[N, D]")]
    public required Tensor Points { get; init; }

    /// <summary>The centroids, the same for every shard.</summary>
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }

    /// <summary>How much each point counts, finite and at least 0. Default: ones.</summary>
    [Shape("[N]")]
    public Tensor? SampleWeight { get; init; }
}

/// <summary>Sums that add up over shards.</summary>
public sealed record KmeansPartialResponse
{
    /// <summary>The weighted sum of the points of each cluster.</summary>
    [Shape("[K, D]")]
    public required Tensor Sums { get; init; }

    /// <summary>Their summed weight.</summary>
    [Shape("[K]")]
    public required Tensor Counts { get; init; }

    /// <summary>The shard's inertia.</summary>
    [Shape("[]")]
    public required Tensor Loss { get; init; }
}
