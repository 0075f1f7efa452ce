using System.Numerics;

namespace GradService.Numerics.Clustering;

/// <summary>What a run of k-means remembers from one iteration to the next.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="length">K times D.</param>
/// <param name="canDiverge">Whether a step may lead away from the minimum, as too large a learning rate does.</param>
internal sealed class FitProgress<T>(int length, bool canDiverge)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _before = new T[length];

    /// <summary>The loss before each iteration, and whatever the run's end adds.</summary>
    public List<double> Losses { get; } = [];

    /// <summary>How many iterations were begun.</summary>
    public int Iterations => Losses.Count;

    /// <summary>The centroids at the beginning of the last iteration, <c>[K, D]</c>.</summary>
    public ReadOnlySpan<T> Before => _before;

    /// <summary>The largest weight of a cluster in any step.</summary>
    public double Heaviest { get; private set; }

    /// <summary>Begins an iteration from these centroids.</summary>
    public void Begin(double loss, ReadOnlySpan<T> centroids)
    {
        Losses.Add(loss);
        centroids.CopyTo(_before);
    }

    /// <summary>Takes note of the clusters of a step.</summary>
    public void Weigh(ClusterSums sums) => Heaviest = Math.Max(Heaviest, sums.Weights.Max());

    /// <summary>Whether steps have led to this loss that should not have.</summary>
    public bool LeftTheRange(double loss) => canDiverge && Iterations > 0 && !InRange(loss);

    /// <summary>Whether the run goes on after a squared shift; <see cref="StopReason.MaxIter"/> where it does.</summary>
    public StopReason AfterShift(double shift, double tolerance) =>
        canDiverge && !InRange(shift) ? StopReason.Diverged
        : shift <= tolerance ? StopReason.ShiftWithinTol
        : StopReason.MaxIter;

    // Losses and shifts are FP64, and answered in T.
    private static bool InRange(double value) => T.IsFinite(T.CreateTruncating(value));
}
