namespace GradService.Numerics.Classification;

/// <summary>Why a fit ended.</summary>
public enum FitEnd
{
    /// <summary>The gradient is as small as was asked for, or as FP64 allows.</summary>
    Converged,

    /// <summary>All steps allowed were taken.</summary>
    MaxIter,

    /// <summary>The classes are separable and there is no penalty: the loss has no minimum, and the coefficients would grow for ever.</summary>
    Separable,

    /// <summary>No step lowers the loss any further, though the gradient is larger than was asked for.</summary>
    Stalled,
}
