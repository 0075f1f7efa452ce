namespace GradService.Numerics.Losses;

/// <summary>Over what the sums of an overlap loss run, and how the classes' losses become one.</summary>
public enum OverlapAverage
{
    /// <summary>Sums over all elements of the batch; then the mean over classes.</summary>
    Macro,

    /// <summary>Sums over the elements of each image (axis 0); then the mean over classes and images.</summary>
    PerImage,

    /// <summary>Sums over all elements of the batch; one loss for each class.</summary>
    None,
}
