namespace GradService.Numerics.Clustering;

/// <summary>What becomes of a cluster that no point (of a weight above 0) is assigned to.</summary>
public enum EmptyCluster
{
    /// <summary>Its centroid stays where it is.</summary>
    Keep,

    /// <summary>It takes the point farthest from its own centroid, as in scikit-learn; with several empty clusters, the next farthest.</summary>
    Relocate,

    /// <summary>A large cluster is split in two, as in faiss: a copy of its centroid, both moved by one part in 1024 to opposite sides. One of a weight of at most 1 is never split.</summary>
    Split,

    /// <summary>The step is refused.</summary>
    Error,
}
