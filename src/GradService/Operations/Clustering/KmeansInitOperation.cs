using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Clustering;

/// <summary>Chooses points as first centroids: greedy k-means++ or at random, the same for the same seed on every machine.</summary>
/// <remarks>
/// <para>k-means only finds the minimum that is downhill from where it starts. k-means++ spreads the start: each further centroid is a point drawn with probability proportional to its
/// weight times its squared distance to the nearest centroid chosen so far. It is greedy as in scikit-learn: 2 + floor(ln K) points are drawn for each centroid, and the one that leaves the least inertia is taken.</para>
/// <para><c>random</c> draws different points with probability proportional to their weight. Random numbers are Philox4x32-10 keyed by <c>seed</c>: the same seed gives the same centroids, whatever the machine or the number of threads
/// (they are not those of NumPy's generators).</para>
/// <para>Edge cases: more clusters than points of a weight above 0 is an error. Where fewer different points than clusters exist, the centroids repeat. Coordinates must be finite.</para>
/// </remarks>
/// <formula name="centroids">P(next = x_i) = w_i D_i / sum_j w_j D_j, with D_i = min over the centroids chosen of ||x_i - c||²</formula>
/// <derivation>
/// <step latex="P(c_1 = x_i) = \frac{w_i}{\sum_j w_j}">The first centroid is any point, as likely as it weighs.</step>
/// <step latex="D_i = \min_{c\ \text{chosen}} \lVert x_i - c \rVert^2,\quad P(\text{next} = x_i) = \frac{w_i D_i}{\sum_j w_j D_j}">A point that is badly served by the centroids so far is likely to become the next: its share of the inertia is its probability, so far-off groups are found, and single outliers seldom.</step>
/// <step latex="c_{k} = \arg\min_{t} \sum_i w_i \min(D_i, \lVert x_i - x_t \rVert^2)">Of a few points drawn that way, the one that leaves the least inertia is taken.</step>
/// <step latex="E[L] \le 8(\ln K + 2)\,L^{*}">Drawing one point at a time is already this near to the best inertia, in expectation and before any step.</step>
/// </derivation>
/// <reference>D. Arthur and S. Vassilvitskii, k-means++: The Advantages of Careful Seeding, SODA 2007.</reference>
/// <reference>Semantics of sklearn.cluster.kmeans_plusplus, scikit-learn 1.2: the greedy tries.</reference>
/// <reference>J. K. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011: Philox.</reference>
public sealed class KmeansInitOperation : Operation<KmeansInitRequest, KmeansInitResponse>
{
    /// <inheritdoc/>
    public override string Name => "kmeans/init";

    /// <inheritdoc/>
    public override string Example => """
        {
          "points": [[1.0, 1.0], [1.5, 2.0], [3.0, 4.0], [5.0, 7.0], [3.5, 5.0], [4.5, 5.0], [3.5, 4.5]],
          "n_clusters": 2,
          "seed": 7
        }
        """;

    /// <inheritdoc/>
    protected override KmeansInitResponse Evaluate<T>(KmeansInitRequest request, Evaluation run)
    {
        var operands = new KmeansOperands<T>(request.Points, centroids: null, request.SampleWeight, run);
        Seeding.CheckClusterCount(request.NClusters, operands.SampleWeight.SpanOrEmpty(), operands.Count);
        Tensor<int> indices = run.Rent<int>(new Shape(request.NClusters));
        Seeding.Choose<T>(operands.Points.Span, operands.Dimensions, operands.SampleWeight.SpanOrEmpty(), (KmeansInit)request.Init, request.Seed, indices.Span, run.Execution);
        Tensor<T> centroids = run.Rent<T>(new Shape(request.NClusters, operands.Dimensions));
        Seeding.Gather<T>(operands.Points.Span, operands.Dimensions, indices.Span, centroids.Span);
        return new KmeansInitResponse { Centroids = centroids, Indices = indices };
    }
}

/// <summary>Points, and how many of them to choose.</summary>
public sealed record KmeansInitRequest : OperationRequest
{
    /// <summary>The points, finite.</summary>
    [Shape("[N, D]")]
    public required Tensor Points { get; init; }

    /// <summary>How much each point counts, at least 0. Default: ones. A point of weight 0 is never chosen.</summary>
    [Shape("[N]")]
    public Tensor? SampleWeight { get; init; }

    /// <summary>How many centroids to choose, K; at most the number of points of a weight above 0.</summary>
    [Range(1, double.MaxValue)]
    public required int NClusters { get; init; }

    /// <summary>How to choose.</summary>
    public KmeansStart Init { get; init; } = KmeansStart.KMeansPlusPlus;

    /// <summary>What to draw by: the same seed, the same centroids.</summary>
    public long Seed { get; init; }
}

/// <summary>The chosen points.</summary>
public sealed record KmeansInitResponse
{
    /// <summary>The first centroids, in the order chosen.</summary>
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }

    /// <summary>Which points they are.</summary>
    [Shape("[K]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Indices { get; init; }
}
