using System.Text.Json.Serialization;
using GradService.Numerics.Clustering;

namespace GradService.Operations.Clustering;

/// <summary>How the first centroids are chosen, as the wire spells it.</summary>
public enum KmeansStart
{
    /// <summary>Greedy k-means++: each with probability proportional to weight times squared distance to the nearest chosen so far, the best of 2 + floor(ln K) tries.</summary>
    [JsonStringEnumMemberName("k-means++")]
    KMeansPlusPlus = KmeansInit.KMeansPlusPlus,

    /// <summary>Different points, each with probability proportional to its weight.</summary>
    Random = KmeansInit.Random,
}
