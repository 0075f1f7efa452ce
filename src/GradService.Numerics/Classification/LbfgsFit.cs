using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace GradService.Numerics.Classification;

/// <summary>L-BFGS: MathNet.Numerics' minimiser, on parameters scaled to unit curvature, started again until the gradient is small enough.</summary>
internal static class LbfgsFit
{
    private const int Memory = 10;
    private const int MostRestarts = 8;

    // Finer than any answer: when to stop is decided by the gradient, between restarts.
    private const double NoProgress = 1e-15;

    public static FitEnd Run<T>(LogisticObjective<T> objective, double[] theta, double[] curvature, double tolerance, int maxIter, List<double> history)
        where T : unmanaged
    {
        var point = new ScaledPoint<T>(objective, curvature);
        Vector<double> best = Vector<double>.Build.Dense(theta.Length);
        point.EvaluateAt(best);
        var gradient = new double[theta.Length];
        FitEnd end = FitEnd.Stalled;
        double goal = Math.Max(tolerance, NoProgress);
        for (int restart = 0; restart < MostRestarts; restart++, goal /= 10)
        {
            double before = point.Value;
            best = Minimise(point, best, goal, maxIter - Math.Max(0, point.Accepted.Count - 1));
            point.EvaluateAt(best);
            point.Accept();
            point.Unscale(best, theta);
            objective.Evaluate(theta, gradient, default);
            end = objective.IsSeparated || objective.FallsForEver(theta) || FallsAlongNewton(objective, theta) ? FitEnd.Separable
                : objective.IsSmall(gradient) ? FitEnd.Converged
                : point.Accepted.Count > maxIter ? FitEnd.MaxIter
                : FitEnd.Stalled;
            if (end != FitEnd.Stalled || (restart > 0 && point.Value >= before))
            {
                break;
            }
        }

        history.AddRange(point.Accepted.Select(value => value * objective.TotalWeight));
        return end;
    }

    // What is left to gain lies along Newton's direction; where classes are separable but for some samples on the boundary, it leads on for ever.
    private static bool FallsAlongNewton<T>(LogisticObjective<T> objective, double[] theta)
        where T : unmanaged
    {
        if (theta.Length > NewtonStep.MostParameters || objective.IsPenalised(0))
        {
            return false;
        }

        var gradient = new double[theta.Length];
        var hessian = new double[theta.Length * theta.Length];
        var direction = new double[theta.Length];
        objective.Evaluate(theta, gradient, hessian);
        return NewtonStep.Solve(objective, hessian, gradient, direction) && objective.FallsForEver(direction);
    }

    // Line searches that run out of digits end in an exception; the lowest point seen is then as good as any.
    private static Vector<double> Minimise<T>(ScaledPoint<T> start, Vector<double> from, double goal, int iterations)
        where T : unmanaged
    {
        if (iterations < 1)
        {
            return from;
        }

        try
        {
            return new LimitedMemoryBfgsMinimizer(goal, NoProgress, NoProgress, Memory, iterations).FindMinimum(start, from).MinimizingPoint;
        }
        catch (OptimizationException)
        {
            return start.Lowest;
        }
    }

    /// <summary>The mean loss as a function of scaled parameters, in the form that the minimiser asks for.</summary>
    private sealed class ScaledPoint<T> : IObjectiveFunction
        where T : unmanaged
    {
        private readonly LogisticObjective<T> _objective;
        private readonly double[] _scale;
        private readonly ScaledPoint<T> _first;
        private readonly double[] _gradient;
        private double _lowest = double.PositiveInfinity;

        public ScaledPoint(LogisticObjective<T> objective, double[] curvature)
        {
            _objective = objective;
            _scale = [.. curvature.Select(value => value > 0 ? 1 / Math.Sqrt(value) : 1)];
            _gradient = new double[curvature.Length];
            _first = this;
            Accepted = [];
            Lowest = Point = Gradient = Vector<double>.Build.Dense(curvature.Length);
        }

        private ScaledPoint(ScaledPoint<T> first)
        {
            (_objective, _scale, _first, Accepted) = (first._objective, first._scale, first, first.Accepted);
            _gradient = new double[_scale.Length];
            Lowest = Point = Gradient = first.Point;
        }

        /// <summary>The values at the start and after each step: where a line search began, and where the last one ended.</summary>
        public List<double> Accepted { get; }

        /// <summary>The point with the lowest value of all that were tried; kept by the first point of a run.</summary>
        public Vector<double> Lowest { get; private set; }

        public Vector<double> Point { get; private set; }

        public double Value { get; private set; }

        public Vector<double> Gradient { get; private set; }

        public bool IsGradientSupported => true;

        public bool IsHessianSupported => false;

        public Matrix<double> Hessian => throw new NotSupportedException("L-BFGS goes without a Hessian.");

        public void EvaluateAt(Vector<double> point)
        {
            var theta = new double[point.Count];
            Unscale(point, theta);
            Value = _objective.Evaluate(theta, _gradient, default) / _objective.TotalWeight;
            Point = point.Clone();
            Gradient = Vector<double>.Build.Dense(point.Count, i => _gradient[i] * _scale[i] / _objective.TotalWeight);
            if (Value < _first._lowest)
            {
                (_first._lowest, _first.Lowest) = (Value, Point);
            }
        }

        /// <summary>Counts this point as one that a step led to, unless it is where the last one ended.</summary>
        public void Accept()
        {
            if (Accepted.Count == 0 || Value < Accepted[^1])
            {
                Accepted.Add(Value);
            }
        }

        public IObjectiveFunction CreateNew()
        {
            Accept();
            return new ScaledPoint<T>(_first);
        }

        public IObjectiveFunction Fork() =>
            new ScaledPoint<T>(_first) { Point = Point, Value = Value, Gradient = Gradient };

        public void Unscale(Vector<double> point, double[] theta)
        {
            for (int i = 0; i < theta.Length; i++)
            {
                theta[i] = point[i] * _scale[i];
            }
        }
    }
}
