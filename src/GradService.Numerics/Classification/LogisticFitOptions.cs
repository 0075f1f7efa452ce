namespace GradService.Numerics.Classification;

/// <summary>What a fit minimises, and when it ends.</summary>
public sealed record LogisticFitOptions
{
    /// <summary>The largest number of steps that may be asked for.</summary>
    public const int MostIterations = 100_000;

    /// <summary>The method.</summary>
    public LogisticSolver Solver { get; init; } = LogisticSolver.Newton;

    /// <summary>The weight of half the sum of the squared coefficients beside the summed loss, at least 0: scikit-learn's 1 / C. The intercept is free.</summary>
    public double L2 { get; init; } = 1;

    /// <summary>The most steps, from 1 to <see cref="MostIterations"/>.</summary>
    public int MaxIter { get; init; } = 100;

    /// <summary>The fit ends where no element of the gradient of the mean loss is larger than this; at least 0.</summary>
    public double Tol { get; init; } = 1e-6;

    /// <summary>Whether the model has an intercept.</summary>
    public bool FitIntercept { get; init; } = true;

    /// <summary>What the classes weigh.</summary>
    public ClassWeighting ClassWeight { get; init; }
}
