namespace GradService.Numerics.Clustering;

/// <summary>How k-means is run to the end.</summary>
public sealed record FitOptions
{
    /// <summary>How each step moves the centroids.</summary>
    public StepMethod Method { get; init; } = StepMethod.Lloyd;

    /// <summary>The most iterations, at least 1. Under mini-batch, and under sgd with a batch size, an iteration is a pass over all points.</summary>
    public int MaxIter { get; init; } = 300;

    /// <summary>scikit-learn's tolerance, at least 0: the run stops where the squared shift is at most this times the mean over the axes of the points' variance.</summary>
    public double Tol { get; init; } = 1e-4;

    /// <summary>See <see cref="StepOptions.LearningRate"/>.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Points in a batch, at least 1; null for all under sgd and 1024 under mini-batch. The whole-data methods have no batches.</summary>
    public int? BatchSize { get; init; }

    /// <summary>See <see cref="StepOptions.Empty"/>.</summary>
    public EmptyCluster Empty { get; init; } = EmptyCluster.Relocate;

    /// <summary>What batches and splits are drawn by.</summary>
    public long Seed { get; init; }
}
