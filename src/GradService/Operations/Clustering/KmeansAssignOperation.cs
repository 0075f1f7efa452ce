using GradService.Catalog;
using GradService.Numerics.Clustering;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Clustering;

/// <summary>The nearest centroid of each point, and the squared distance to it.</summary>
/// <remarks>
/// <para>Distances are right however far the cloud lies from the origin: candidates are found by an FP32 matrix product of points and centroids moved to a common centre, with a proven bound on its error; where
/// that bound leaves more than one centroid, each is measured in FP64 from the differences of coordinates. The squared distances answered are always the latter. Memory is linear in N + K.</para>
/// <para>Edge cases: a tie goes to the lowest index, as in NumPy, PyTorch and scikit-learn. A distance that is NaN loses against any other; a point that is not finite is assigned to centroid 0 and answered with the distance it has, NaN or Infinity.
/// No points are answered with none; no centroid is an error.</para>
/// </remarks>
/// <formula name="assignments">m(i) = argmin_k ||x_i - c_k||², the lowest k on a tie</formula>
/// <formula name="squared_distances">||x_i - c_m(i)||² = sum_d (x_id - c_m(i)d)²</formula>
/// <derivation>
/// <step latex="\lVert x - c \rVert^2 = \lVert x \rVert^2 - 2\,x \cdot c + \lVert c \rVert^2">Expanded, the squared distances of all pairs are one matrix product; the length of x is the same for every centroid and cannot change which is nearest.</step>
/// <step latex="x = 10^4 + 0.5,\ c = 10^4:\quad x^2 - 2xc + c^2 \approx 10^8 - 2\cdot 10^8 + 10^8">But far from the origin large numbers cancel, and in FP32 nothing of 0.25 is left: the usual way to get wrong assignments.</step>
/// <step latex="x \leftarrow x - \mu,\quad c \leftarrow c - \mu">Moving points and centroids by the same amount changes no distance and keeps the digits. What error is left has a bound, and whatever lies within it is measured exactly.</step>
/// </derivation>
/// <reference>S. P. Lloyd, Least Squares Quantization in PCM, IEEE Transactions on Information Theory 28, 1982.</reference>
/// <reference>N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, 2002, chapter 3: errors of inner products.</reference>
public sealed class KmeansAssignOperation : Operation<KmeansAssignRequest, KmeansAssignResponse>
{
    /// <inheritdoc/>
    public override string Name => "kmeans/assign";

    /// <inheritdoc/>
    public override string Example => """
        {
          "points": [[1.0, 1.0], [1.5, 2.0], [3.0, 4.0], [5.0, 7.0], [3.5, 5.0], [4.5, 5.0], [3.5, 4.5]],
          "centroids": [[1.0, 1.0], [5.0, 7.0]]
        }
        """;

    /// <inheritdoc/>
    protected override KmeansAssignResponse Evaluate<T>(KmeansAssignRequest request, Evaluation run)
    {
        var operands = new KmeansOperands<T>(request.Points, request.Centroids, sampleWeight: null, run);
        Tensor<int> assignments = run.Rent<int>(new Shape(operands.Count));
        Tensor<T> distances = run.Rent<T>(new Shape(operands.Count));
        Assignment.Evaluate<T>(operands.Points.Span, operands.Centroids.Span, operands.Dimensions, assignments.Span, distances.Span, run.Execution);
        return new KmeansAssignResponse { Assignments = assignments, SquaredDistances = distances };
    }
}

/// <summary>Points and centroids.</summary>
public sealed record KmeansAssignRequest : OperationRequest
{
    /// <summary>The points.</summary>
    [Shape("[N, D]")]
    public required Tensor Points { get; init; }

    /// <summary>The centroids, at least one.</summary>
    [Shape("[K, D]")]
    public required Tensor Centroids { get; init; }
}

/// <summary>Where each point belongs.</summary>
public sealed record KmeansAssignResponse
{
    /// <summary>The index of each point's nearest centroid.</summary>
    [Shape("[N]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Assignments { get; init; }

    /// <summary>The squared distance to it.</summary>
    [Shape("[N]")]
    public required Tensor SquaredDistances { get; init; }
}
