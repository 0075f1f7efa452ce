namespace GradService.Numerics.Clustering;

/// <summary>Why a run ended.</summary>
public enum StopReason
{
    /// <summary>The assignments were those of the iteration before: a local minimum, exactly.</summary>
    AssignmentsRepeat,

    /// <summary>The centroids moved no more than the tolerance.</summary>
    ShiftWithinTol,

    /// <summary>The iterations ran out.</summary>
    MaxIter,

    /// <summary>A step led to a loss or a shift beyond the finite numbers of the points' type: the learning rate is too large. That step is undone.</summary>
    Diverged,
}

/// <summary>How a run of k-means went.</summary>
/// <param name="Loss">The inertia of the final centroids and assignments.</param>
/// <param name="LossHistory">The inertia before each iteration's step and, unless the assignments repeated or the last step was undone, the final one.</param>
/// <param name="Iterations">How many iterations were made.</param>
/// <param name="Stop">Why no more.</param>
/// <param name="Empty">How many clusters are empty at the end.</param>
/// <param name="Heaviest">The largest weight n of a cluster in any step: descent at a rate below 1/n would have contracted in each of them.</param>
public sealed record FitSummary(double Loss, IReadOnlyList<double> LossHistory, int Iterations, StopReason Stop, int Empty, double Heaviest)
{
    /// <summary>Whether the run ended by itself.</summary>
    public bool Converged => Stop is StopReason.AssignmentsRepeat or StopReason.ShiftWithinTol;
}
