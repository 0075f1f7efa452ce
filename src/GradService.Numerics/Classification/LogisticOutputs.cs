namespace GradService.Numerics.Classification;

/// <summary>Where a pass writes what it finds of each sample and in sum. Null pointers stand for what nobody asked for.</summary>
internal readonly unsafe struct LogisticOutputs<T>
    where T : unmanaged
{
    /// <summary>What each sample's loss is multiplied by in the gradient, [N].</summary>
    public T* Upstream { get; init; }

    /// <summary>The weighted loss of each sample, [N].</summary>
    public T* Losses { get; init; }

    /// <summary>The scores, [N] or [N, K].</summary>
    public T* Logits { get; init; }

    /// <summary>The probability of class 1, [N], or of every class, [N, K].</summary>
    public T* Probabilities { get; init; }

    /// <summary>The predicted classes, [N].</summary>
    public int* Predictions { get; init; }

    /// <summary>The logit above which a binary model predicts class 1.</summary>
    public double Cut { get; init; }

    /// <summary>Whether a score of exactly <see cref="Cut"/> is class 1.</summary>
    public bool CutIsPositive { get; init; }

    /// <summary>The summed gradient by the parameters, [P].</summary>
    public double* Gradient { get; init; }

    /// <summary>The summed Hessian, [P, P].</summary>
    public double* Hessian { get; init; }
}
