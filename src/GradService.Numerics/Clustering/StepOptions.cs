namespace GradService.Numerics.Clustering;

/// <summary>How a step of k-means is made.</summary>
public sealed record StepOptions
{
    /// <summary>How the centroids move.</summary>
    public StepMethod Method { get; init; } = StepMethod.Lloyd;

    /// <summary>The learning rate, above 0; null is 1 for Newton's method and an error for <see cref="StepMethod.Sgd"/>. The others have none.</summary>
    public double? LearningRate { get; init; }

    /// <summary>What becomes of clusters without points, under Lloyd's and Newton's step. The others leave them: a batch misses some by chance.</summary>
    public EmptyCluster Empty { get; init; } = EmptyCluster.Keep;

    /// <summary>What the choices of <see cref="EmptyCluster.Split"/> are drawn by.</summary>
    public long Seed { get; init; }
}
