using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace GradService.Numerics.Classification;

/// <summary>The direction of a Newton step: minus the inverse Hessian times the gradient, also where the Hessian has no inverse.</summary>
internal static class NewtonStep
{
    /// <summary>The most parameters: the Hessian and its factor take 32 MB each at this size.</summary>
    public const int MostParameters = 2048;

    // Of the unit diagonal: far below what a step needs, far above what rounding leaves of a direction without curvature.
    private const double FirstRidge = 1e-13;
    private const double LastRidge = 1;

    // One thread: the cores belong to the requests, and the bits must not depend on how many there are.
    static NewtonStep() => Control.UseSingleThread();

    /// <summary>Solves for the direction.</summary>
    /// <param name="objective">Whose step it is.</param>
    /// <param name="hessian">[P, P]; is changed.</param>
    /// <param name="gradient">[P].</param>
    /// <param name="direction">Receives the direction, [P].</param>
    /// <returns>Whether there is one: false where the Hessian is not finite.</returns>
    public static bool Solve<T>(LogisticObjective<T> objective, double[] hessian, ReadOnlySpan<double> gradient, Span<double> direction)
        where T : unmanaged
    {
        int parameters = objective.Parameters;
        Fix(objective, hessian);
        var scale = new double[parameters];
        for (int i = 0; i < parameters; i++)
        {
            double diagonal = hessian[(i * parameters) + i];
            if (!double.IsFinite(diagonal))
            {
                return false;
            }

            scale[i] = diagonal > 0 ? 1 / Math.Sqrt(diagonal) : 1;
        }

        // Features in grams or tonnes: with a unit diagonal the same ridge suits all.
        Matrix<double> scaled = Matrix<double>.Build.Dense(parameters, parameters, (i, j) => hessian[(i * parameters) + j] * scale[i] * scale[j]);
        Vector<double> right = Vector<double>.Build.Dense(parameters);
        for (int i = 0; i < parameters; i++)
        {
            right[i] = -gradient[i] * scale[i];
        }

        for (double ridge = FirstRidge; ridge <= LastRidge; ridge *= 100)
        {
            for (int i = 0; i < parameters; i++)
            {
                scaled[i, i] = (hessian[(i * parameters) + i] * scale[i] * scale[i]) + ridge;
            }

            try
            {
                Vector<double> solved = scaled.Cholesky().Solve(right);
                for (int i = 0; i < parameters; i++)
                {
                    direction[i] = solved[i] * scale[i];
                }

                return true;
            }
            catch (ArgumentException)
            {
                // Not positive definite to rounding: collinear features. A larger ridge makes it so.
            }
        }

        return false;
    }

    // Adding the same to every class changes no probability, so the Hessian is 0 along that direction. The gradient is too: curvature
    // put there leaves the step as it is, and makes the Hessian invertible. The parameters stay centred over the classes.
    private static void Fix<T>(LogisticObjective<T> objective, double[] hessian)
        where T : unmanaged
    {
        (int rows, int width, int parameters) = (objective.Rows, objective.Width, objective.Parameters);
        for (int f = 0; f < width && rows > 1; f++)
        {
            if (objective.IsPenalised(f))
            {
                continue;
            }

            double mean = 0;
            for (int k = 0; k < rows; k++)
            {
                mean += hessian[(((k * width) + f) * parameters) + (k * width) + f] / rows;
            }

            for (int k = 0; k < rows; k++)
            {
                for (int l = 0; l < rows; l++)
                {
                    hessian[(((k * width) + f) * parameters) + (l * width) + f] += mean / rows;
                }
            }
        }
    }
}
