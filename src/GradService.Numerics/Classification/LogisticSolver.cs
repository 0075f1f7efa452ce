namespace GradService.Numerics.Classification;

/// <summary>How the minimum of a logistic loss is found.</summary>
public enum LogisticSolver
{
    /// <summary>Newton's method (iteratively reweighted least squares): few steps, each with the Hessian of all parameters. To the last digit.</summary>
    Newton,

    /// <summary>Limited-memory BFGS: many cheap steps without a Hessian, for many features or classes. To about half the digits.</summary>
    Lbfgs,
}
