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
}

/// <summary>How a run of k-means went.</summary>
/// <param name="Loss">The inertia of the final centroids and assignments.</param>
/// <param name="LossHistory">The inertia before each iteration's step and, unless the assignments repeated, the final one.</param>
/// <param name="Iterations">How many iterations were made.</param>
/// <param name="Stop">Why no more.</param>
/// <param name="Empty">How many clusters are empty at the end.</param>
public sealed record FitSummary(double Loss, IReadOnlyList<double> LossHistory, int Iterations, StopReason Stop, int Empty)
{
    /// <summary>Whether the run ended by itself.</summary>
    public bool Converged => Stop != StopReason.MaxIter;
}
