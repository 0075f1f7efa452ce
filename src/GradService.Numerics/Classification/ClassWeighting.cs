namespace GradService.Numerics.Classification;

/// <summary>What a class weighs in a fit, beside its samples' own weights.</summary>
public enum ClassWeighting
{
    /// <summary>One.</summary>
    None,

    /// <summary>N / (K n_c), n_c the number of its samples, so that all classes weigh the same: scikit-learn's <c>balanced</c>.</summary>
    Balanced,
}
