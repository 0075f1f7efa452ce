namespace GradService.Numerics.Clustering;

/// <summary>How the first centroids are chosen among the points.</summary>
public enum KmeansInit
{
    /// <summary>Greedy k-means++: each with probability proportional to weight times squared distance to the nearest chosen so far, the best of a few tries.</summary>
    KMeansPlusPlus,

    /// <summary>Different points, each with probability proportional to its weight.</summary>
    Random,
}
