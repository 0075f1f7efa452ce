namespace GradService.Numerics.Similarity;

/// <summary>How a patch's likeness to a template is measured.</summary>
public enum SimilarityNormalization
{
    /// <summary>Their dot product, which a bright patch wins as easily as a like one.</summary>
    None,

    /// <summary>The dot product over both lengths: from -1 to 1, whatever the brightness factor. 0 where either is all zeros.</summary>
    Cosine,

    /// <summary>
    /// Zero-mean normalised cross-correlation, the cosine after each has lost its mean: from -1 to 1, whatever brightness and contrast.
    /// 0 where either is constant.
    /// </summary>
    Zncc,
}
