using System.Globalization;
using System.Numerics;

namespace GradService.Numerics.Classification;

/// <summary>Fits a logistic (two classes) or softmax (more) regression to labelled samples.</summary>
public static class LogisticFit
{
    /// <summary>Finds the coefficients with the least penalised loss, starting from zeros.</summary>
    /// <typeparam name="T">float or double; all arithmetic is in FP64.</typeparam>
    /// <param name="features">X, <c>[N, F]</c>, finite.</param>
    /// <param name="labels">The class of each sample, <c>[N]</c>; the classes are 0 to the largest label, each with at least one sample of positive weight.</param>
    /// <param name="sampleWeight">s, <c>[N]</c>, finite and at least 0; empty for ones.</param>
    /// <param name="featureCount">F.</param>
    /// <param name="options">What is minimised and when to end.</param>
    /// <param name="execution">On how many threads, and until when.</param>
    /// <exception cref="OperandException">
    /// The lengths do not fit together, a feature or weight is not finite, a class has no samples, an option is out of range, or there are too many parameters for Newton's method.
    /// </exception>
    /// <remarks>
    /// Minimises sum_i s_i c_{y_i} L_i + l2/2 sum w², the objective of scikit-learn's LogisticRegression times 1 / C = l2. Without a penalty
    /// separable classes have no such minimum: the fit ends there with <see cref="FitEnd.Separable"/> and a finite model. With more than two classes
    /// intercepts (and, without a penalty, coefficients) add up to 0 over the classes.
    /// </remarks>
    public static unsafe LogisticFitResult Fit<T>(
        ReadOnlySpan<T> features, ReadOnlySpan<int> labels, ReadOnlySpan<T> sampleWeight, int featureCount, LogisticFitOptions options, Execution execution = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(options);
        var classifier = new LinearClassifier(featureCount, Rows(labels));
        int samples = classifier.CheckFeatures(features, labels.Length);
        LinearClassifier.CheckWeights(sampleWeight, samples);
        CheckFinite(features, nameof(features), "a feature to fit to: features must be finite. Leave such samples out, or fill the gaps");
        double[] weights = Weights(labels, sampleWeight, classifier, options.ClassWeight);
        fixed (T* x = features)
        fixed (int* y = labels)
        fixed (double* w = weights)
        {
            var operands = new LogisticOperands<T>
            {
                Classifier = classifier,
                Samples = samples,
                HasIntercept = options.FitIntercept,
                Features = x,
                Labels = y,
                Weights = w,
            };
            if (operands.Parameters == 0)
            {
                throw new OperandException(nameof(features), "There are no features and no intercept, so there is nothing to fit. Send features, or fit_intercept = true.");
            }

            if (options.Solver == LogisticSolver.Newton && operands.Parameters > NewtonStep.MostParameters)
            {
                throw new OperandException(
                    "solver", $"Newton's method needs the Hessian of all {operands.Parameters} parameters; at most {NewtonStep.MostParameters} are allowed. Choose the solver lbfgs.");
            }

            double[] curvature = Curvature(features, weights, operands, options.L2);
            var objective = new LogisticObjective<T>(operands, options.L2, options.Tol, execution);
            var theta = new double[operands.Parameters];
            var history = new List<double>();
            FitEnd end = options.Solver == LogisticSolver.Newton
                ? NewtonFit.Run(objective, theta, options.MaxIter, history)
                : LbfgsFit.Run(objective, theta, curvature, options.Tol, options.MaxIter, history);
            var coef = new double[classifier.Rows * featureCount];
            var intercept = new double[classifier.Rows];
            operands.Part(theta, coef, intercept);
            return new LogisticFitResult(classifier, coef, intercept, [.. history], end);
        }
    }

    private static void Check(LogisticFitOptions options)
    {
        LinearClassifier.CheckPenalty(options.L2, "l2");
        if (options.MaxIter is < 1 or > LogisticFitOptions.MostIterations)
        {
            throw new OperandException("maxIter", $"{options.MaxIter} was found; expected from 1 to {LogisticFitOptions.MostIterations} steps.");
        }

        if (!(options.Tol >= 0) || double.IsInfinity(options.Tol))
        {
            throw new OperandException("tol", string.Create(CultureInfo.InvariantCulture, $"{options.Tol} was found; expected a finite number of at least 0."));
        }
    }

    private static int Rows(ReadOnlySpan<int> labels)
    {
        int largest = -1;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= labels.Length)
            {
                throw new OperandException(
                    nameof(labels), $"{labels[i]} is not a class: {Quantity.Of(labels.Length, "sample has", "samples have")} at most as many classes, so labels run from 0 to {labels.Length - 1}. Number the classes from 0.", i);
            }

            largest = Math.Max(largest, labels[i]);
        }

        if (largest < 1)
        {
            throw new OperandException(nameof(labels), $"{(largest < 0 ? "There are no samples" : "All labels are 0")}; a fit needs samples of at least two classes, numbered from 0.");
        }

        return largest == 1 ? 1 : largest + 1;
    }

    private static double[] Weights<T>(ReadOnlySpan<int> labels, ReadOnlySpan<T> sampleWeight, LinearClassifier classifier, ClassWeighting weighting)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckFinite(sampleWeight, nameof(sampleWeight), "a weight: weights must be finite and at least 0");
        var counts = new long[classifier.Classes];
        var seen = new bool[classifier.Classes];
        for (int i = 0; i < labels.Length; i++)
        {
            if (!sampleWeight.IsEmpty && T.IsNegative(sampleWeight[i]) && sampleWeight[i] != T.Zero)
            {
                throw new OperandException(nameof(sampleWeight), $"{sampleWeight[i].ToString(null, CultureInfo.InvariantCulture)} is not a weight: weights must be finite and at least 0.", i);
            }

            counts[labels[i]]++;
            seen[labels[i]] |= sampleWeight.IsEmpty || sampleWeight[i] > T.Zero;
        }

        if (!seen.Contains(true))
        {
            throw new OperandException(nameof(sampleWeight), "All weights are 0, so no sample is left to fit to.");
        }

        int missing = Array.IndexOf(seen, false);
        if (missing >= 0)
        {
            throw new OperandException(
                nameof(labels), $"Class {missing} has no sample of positive weight, so its intercept would fall for ever. Number the {Quantity.Of(seen.Count(flag => flag), "class that occurs", "classes that occur")} from 0 without a gap.");
        }

        var weights = new double[labels.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            double own = sampleWeight.IsEmpty ? 1 : double.CreateTruncating(sampleWeight[i]);
            weights[i] = weighting == ClassWeighting.None ? own : own * labels.Length / ((double)classifier.Classes * counts[labels[i]]);
        }

        return weights;
    }

    // The Hessian's diagonal at zero, where p (1 - p) is known: what the parameters are scaled by.
    private static double[] Curvature<T>(ReadOnlySpan<T> features, double[] weights, LogisticOperands<T> operands, double l2)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = operands.Classifier.Features;
        double p = 1.0 / operands.Classifier.Classes;
        var squares = new double[operands.Width];
        for (int i = 0; i < weights.Length; i++)
        {
            for (int f = 0; f < count; f++)
            {
                double x = double.CreateTruncating(features[(i * count) + f]);
                squares[f] += weights[i] * x * x;
            }

            if (operands.HasIntercept)
            {
                squares[count] += weights[i];
            }
        }

        int huge = Array.FindIndex(squares, square => !double.IsFinite(square));
        if (huge >= 0)
        {
            throw new OperandException(nameof(features), $"The squares of feature {huge} sum to infinity in FP64. Scale the feature down.");
        }

        var curvature = new double[operands.Parameters];
        double total = weights.Sum();
        for (int i = 0; i < curvature.Length; i++)
        {
            int f = i % operands.Width;
            curvature[i] = ((p * (1 - p) * squares[f]) + (f < count ? l2 : 0)) / total;
        }

        return curvature;
    }

    private static void CheckFinite<T>(ReadOnlySpan<T> values, string name, string rule)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]))
            {
                throw new OperandException(name, $"{values[i].ToString(null, CultureInfo.InvariantCulture)} is not {rule}.", i);
            }
        }
    }
}
