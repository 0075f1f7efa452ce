namespace GradService.Numerics.Classification;

/// <summary>Newton's method with a line search. The loss is convex, so every direction is one of descent and the minimum found is the minimum.</summary>
internal static class NewtonFit
{
    private const double SufficientDecrease = 1e-4;
    private const int MostHalvings = 60;

    // Half the decrement is how far the loss is above its minimum. Below this share of the loss the loss itself no longer tells a better
    // point from a worse one, but the gradient does.
    private const double Floor = 1e-13;

    public static FitEnd Run<T>(LogisticObjective<T> objective, double[] theta, int maxIter, List<double> history)
        where T : unmanaged
    {
        int parameters = theta.Length;
        var gradient = new double[parameters];
        var hessian = new double[parameters * parameters];
        var direction = new double[parameters];
        var trial = new double[parameters];
        var before = new double[parameters];
        double largestBefore = double.PositiveInfinity;
        while (true)
        {
            double value = objective.Evaluate(theta, gradient, hessian);
            double largest = gradient.Max(Math.Abs);
            if (!(largest < largestBefore))
            {
                before.CopyTo(theta, 0);
                return FitEnd.Converged;
            }

            history.Add(value);
            if (objective.IsSeparated)
            {
                return FitEnd.Separable;
            }

            if (largest == 0)
            {
                return FitEnd.Converged;
            }

            if (!NewtonStep.Solve(objective, hessian, gradient, direction))
            {
                return FitEnd.Stalled;
            }

            if (objective.FallsForEver(direction))
            {
                // One step along it, so that the model answered separates what can be separated.
                Move(theta, direction);
                history.Add(objective.Evaluate(theta, default, default));
                return FitEnd.Separable;
            }

            double slope = Dot(gradient, direction);
            bool near = objective.IsSmall(gradient) || slope >= -2 * Floor * value;
            if (history.Count > maxIter)
            {
                return near ? FitEnd.Converged : FitEnd.MaxIter;
            }

            // Near the minimum a full step squares what is left of the error: such steps are taken for as long as they at least halve the gradient.
            if (near)
            {
                largestBefore = largest / 2;
                theta.CopyTo(before, 0);
                Move(theta, direction);
            }
            else if (!Descend(objective, theta, direction, trial, value, slope))
            {
                return FitEnd.Stalled;
            }
        }
    }

    private static void Move(double[] theta, double[] direction)
    {
        for (int i = 0; i < theta.Length; i++)
        {
            theta[i] += direction[i];
        }
    }

    private static bool Descend<T>(LogisticObjective<T> objective, double[] theta, double[] direction, double[] trial, double value, double slope)
        where T : unmanaged
    {
        double step = 1;
        for (int halving = 0; halving < MostHalvings; halving++)
        {
            for (int i = 0; i < theta.Length; i++)
            {
                trial[i] = theta[i] + (step * direction[i]);
            }

            if (objective.Evaluate(trial, default, default) <= value + (SufficientDecrease * step * slope))
            {
                trial.CopyTo(theta, 0);
                return true;
            }

            step /= 2;
        }

        return false;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
