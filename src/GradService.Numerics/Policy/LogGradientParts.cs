using System.Numerics;

namespace GradService.Numerics.Policy;

/// <summary>
/// Where <see cref="LogGradient"/> writes the steps of its derivation, for those who want to follow it. Each destination may
/// be left empty; then that step is not computed.
/// </summary>
/// <remarks>
/// With y = thetaᵀ s / T and p = softmax(y): d p / d y is <see cref="Jacobian"/>; only p_a appears in log p_a, so its row a,
/// <see cref="JacobianRow"/>, divided by p_a is d log p_a / d y = e_a - p, which is <see cref="Dlog"/>; d y_j / d theta_ij = s_i / T
/// makes the gradient the outer product s (e_a - p)ᵀ / T.
/// </remarks>
public readonly ref struct LogGradientParts<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Receives diag(p) - p pᵀ of each sample, <c>[B, A, A]</c>.</summary>
    public Span<T> Jacobian { get; init; }

    /// <summary>Receives row a of it, <c>[B, A]</c>.</summary>
    public Span<T> JacobianRow { get; init; }

    /// <summary>
    /// Receives e_a - p, <c>[B, A]</c>, computed as it stands and not by dividing the row by p_a: where p_a underflows that
    /// quotient is 0/0, and e_a - p is still exact.
    /// </summary>
    public Span<T> Dlog { get; init; }
}
