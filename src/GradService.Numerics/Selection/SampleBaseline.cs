namespace GradService.Numerics.Selection;

/// <summary>What is taken from each sampled loss before it weighs a score, so that the estimate varies less.</summary>
public enum SampleBaseline
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The mean of the row's sampled losses, the sample's own among them: shrinks the expectation by (S - 1) / S.</summary>
    Mean,

    /// <summary>The mean of the row's other sampled losses: leaves the expectation as it is. Needs two samples.</summary>
    LeaveOneOut,
}
