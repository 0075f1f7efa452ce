using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Classification;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Classification;

/// <summary>Fits a logistic or softmax regression to labelled samples, by Newton's method or L-BFGS.</summary>
/// <remarks>
/// <para>Two classes give <c>coef</c> <c>[F]</c>, more give <c>[K, F]</c>. The objective is the summed loss plus l2/2 sum w²: scikit-learn's with C = 1 / l2, and the default
/// l2 = 1 is its default. The loss is convex, so the minimum found is the minimum, whatever the solver.</para>
/// <para><c>newton</c> takes few steps, each with the Hessian of all parameters (at most 2048 of them), and is exact to the last digits. <c>lbfgs</c> takes more and cheaper steps,
/// and reaches about half the digits: below a <c>tol</c> of 1e-8 it may end with <c>converged</c> = false.</para>
/// <para>Separable classes: where a hyperplane parts them and l2 = 0, the loss has no minimum; it falls towards 0 while the coefficients grow for ever. The fit notices, stops
/// with <c>converged</c> = false, and says so in <c>warnings</c>; the model it answers is finite. With l2 above 0 there is a minimum.</para>
/// <para>Edge cases: fewer than two classes, a class without a sample of positive weight, or a feature that is NaN or infinite is an error; collinear or constant
/// features without a penalty leave many minima, of which one is answered; with K classes intercepts add up to 0. <c>balanced</c> counts samples, as scikit-learn does, not their weights.</para>
/// </remarks>
/// <formula name="coef">arg-min over w, b of sum_i s_i c_{y_i} L_i + l2/2 sum w²</formula>
/// <formula name="loss_history">the objective before the first step and after each</formula>
/// <derivation>
/// <step latex="J(\theta) = \sum_i s_i L_i(\theta) + \tfrac{l_2}{2}\lVert w \rVert^2,\quad \nabla J = X^\top S(p - y) + l_2 w">The gradient is that of logistic/loss; at the minimum it is zero, and no formula solves that equation.</step>
/// <step latex="H = X^\top S\, \mathrm{diag}(p(1 - p))\, X + l_2 I \succeq 0">The Hessian has no negative direction: the loss is convex, and each zero of the gradient is the minimum.</step>
/// <step latex="\theta \leftarrow \theta - t\, H^{-1} \nabla J">Newton's step goes to the minimum of the parabola that fits here; it is halved until the loss falls. Near the minimum each step doubles the number of right digits.</step>
/// <step latex="H^{-1} \approx \text{from the last 10 pairs } (\Delta\theta, \Delta\nabla)">L-BFGS never forms H: the gradients of the last steps say how it acts along them.</step>
/// <step latex="y_i\,\theta^\top x_i > 0\ \forall i,\ l_2 = 0 \;\Rightarrow\; J(t\theta) \to 0\ (t \to \infty)">If a model separates the classes, twice the model separates them with less loss: there is no minimum, only a direction.</step>
/// </derivation>
/// <reference>T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning, 2nd edition, 2009, section 4.4.1.</reference>
/// <reference>D. C. Liu and J. Nocedal, On the Limited Memory BFGS Method for Large Scale Optimization, Mathematical Programming 45, 1989; as in MathNet.Numerics 5.</reference>
/// <reference>A. Albert and J. A. Anderson, On the Existence of Maximum Likelihood Estimates in Logistic Regression Models, Biometrika 71, 1984.</reference>
public sealed class LogisticFitOperation : Operation<LogisticFitRequest, LogisticFitResponse>
{
    /// <inheritdoc/>
    public override string Name => "logistic/fit";

    /// <inheritdoc/>
    public override bool IsLong => true;

    /// <inheritdoc/>
    public override string Example => """
        {
          "features": [[0.5, 1.2], [1.0, 0.4], [1.5, 2.3], [2.2, 1.9], [2.8, 3.5], [3.1, 0.7], [3.6, 2.9], [0.9, 2.1]],
          "labels": [0, 0, 0, 1, 1, 0, 1, 1],
          "solver": "newton",
          "l2": 1.0,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override LogisticFitResponse Evaluate<T>(LogisticFitRequest request, Evaluation run)
    {
        Require.Rank(request.Features.Shape, "features", 2, 2, "samples [N, F]");
        Tensor<T> features = run.Floats<T>(request.Features);
        var samples = new LabelledSamples<T>(features, request.Labels, request.SampleWeight, run);
        LogisticFitResult fit = LogisticFit.Fit<T>(
            features.Span,
            samples.Labels.Span,
            samples.SampleWeight.SpanOrEmpty(),
            features.Shape[1],
            new LogisticFitOptions
            {
                Solver = request.Solver,
                L2 = request.L2,
                MaxIter = request.MaxIter,
                Tol = request.Tol,
                FitIntercept = request.FitIntercept,
                ClassWeight = request.ClassWeight,
            },
            run.Execution);
        Warn(fit, request, run);
        bool binary = fit.Classifier.IsBinary;
        return new LogisticFitResponse
        {
            Coef = Rounded<T>(fit.Coef, binary ? new Shape(features.Shape[1]) : new Shape(fit.Classifier.Rows, features.Shape[1]), run),
            Intercept = Rounded<T>(fit.Intercept, binary ? Shape.Scalar : new Shape(fit.Classifier.Rows), run),
            LossHistory = Rounded<T>(fit.LossHistory, new Shape(fit.LossHistory.Length), run),
            NIter = fit.Iterations,
            Converged = fit.End == FitEnd.Converged,
        };
    }

    private static void Warn(LogisticFitResult fit, LogisticFitRequest request, Evaluation run)
    {
        switch (fit.End)
        {
            case FitEnd.Separable:
                run.Warn("The classes can be separated by a hyperplane and l2 is 0, so the loss has no minimum: the coefficients would grow for ever. The fit was stopped; the model answered parts what can be parted, but its probabilities mean nothing. Send l2 above 0 (1 is scikit-learn's default).");
                break;
            case FitEnd.MaxIter:
                run.Warn($"The gradient is still larger than tol after max_iter ({request.MaxIter}) steps. Raise max_iter, scale the features, or choose the solver newton.");
                break;
            case FitEnd.Stalled:
                run.Warn("No further step lowers the loss, though the gradient is larger than tol: the limit of FP64 is reached. Raise tol, scale the features, or choose the solver newton.");
                break;
        }
    }

    private static Tensor<T> Rounded<T>(double[] values, Shape shape, Evaluation run)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> rounded = run.Rent<T>(shape);
        for (int i = 0; i < values.Length; i++)
        {
            rounded.Span[i] = T.CreateTruncating(values[i]);
        }

        return rounded;
    }
}

/// <summary>Labelled samples and how to fit to them.</summary>
public sealed record LogisticFitRequest : OperationRequest
{
    /// <summary>The samples, finite.</summary>
    [Shape("[N, F]")]
    public required Tensor Features { get; init; }

    /// <summary>The class of each sample, numbered from 0 without a gap.</summary>
    [Shape("[N]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Labels { get; init; }

    /// <summary>Weight of each sample, at least 0, or broadcastable to it. Default: ones.</summary>
    [Shape("[N]")]
    public Tensor? SampleWeight { get; init; }

    /// <summary>The method: <c>newton</c> (exact, up to 2048 parameters) or <c>lbfgs</c> (many parameters).</summary>
    public LogisticSolver Solver { get; init; } = LogisticSolver.Newton;

    /// <summary>Weight of half the sum of the squared coefficients beside the summed loss: scikit-learn's 1 / C.</summary>
    [Range(0.0, double.MaxValue)]
    public double L2 { get; init; } = 1;

    /// <summary>The most steps.</summary>
    [Range(1, LogisticFitOptions.MostIterations)]
    public int MaxIter { get; init; } = 100;

    /// <summary>The fit ends where no element of the gradient of the mean loss (objective over total weight) is larger than this.</summary>
    [Range(0.0, double.MaxValue)]
    public double Tol { get; init; } = 1e-6;

    /// <summary>Whether the model has an intercept, which is not penalised.</summary>
    public bool FitIntercept { get; init; } = true;

    /// <summary>What the classes weigh: <c>none</c>, or <c>balanced</c> for N / (K n_c).</summary>
    public ClassWeighting ClassWeight { get; init; }
}

/// <summary>The model and how it was found.</summary>
public sealed record LogisticFitResponse
{
    /// <summary>The coefficients: one row for two classes, or one for each class.</summary>
    [Shape("[F] or [K, F]")]
    public required Tensor Coef { get; init; }

    /// <summary>The intercepts; zero where none was fitted.</summary>
    [Shape("[] or [K]")]
    public required Tensor Intercept { get; init; }

    /// <summary>The summed loss with its penalty before the first step and after each.</summary>
    [Shape("[n_iter + 1]")]
    public required Tensor LossHistory { get; init; }

    /// <summary>The number of steps taken.</summary>
    public required int NIter { get; init; }

    /// <summary>Whether the minimum was found. Where not, <c>warnings</c> says why.</summary>
    public required bool Converged { get; init; }
}
