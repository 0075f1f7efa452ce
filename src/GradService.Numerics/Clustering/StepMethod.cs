namespace GradService.Numerics.Clustering;

/// <summary>How a step moves the centroids.</summary>
public enum StepMethod
{
    /// <summary>Down the gradient: c - learning_rate * 2 (n c - S).</summary>
    Sgd,

    /// <summary>To the mean of the cluster: S / n.</summary>
    Lloyd,

    /// <summary>By the gradient over the Hessian 2 n, times the learning rate; with a rate of 1, the default, that is Lloyd's step.</summary>
    Newton,

    /// <summary>To the mean of all that the centroid was given so far: (N c + S) / (N + n), N being its running count.</summary>
    MiniBatch,
}
