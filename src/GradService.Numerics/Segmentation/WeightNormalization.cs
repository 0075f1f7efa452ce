namespace GradService.Numerics.Segmentation;

/// <summary>How class weights are scaled once they are known.</summary>
public enum WeightNormalization
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The mean weight of the classes that occur becomes 1.</summary>
    MeanOne,

    /// <summary>The weights sum to the number of all classes, those that do not occur included.</summary>
    SumToClasses,
}
