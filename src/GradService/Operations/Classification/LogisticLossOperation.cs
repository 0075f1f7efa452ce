using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics.Classification;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Classification;

/// <summary>The loss of a logistic or softmax regression on labelled samples, with its gradient by the model.</summary>
/// <remarks>
/// <para>Binary cross-entropy for <c>coef</c> <c>[F]</c>, softmax cross-entropy for <c>[K, F]</c>, both straight from the scores. One step of gradient descent
/// is <c>coef</c> less a learning rate times <c>grad_coef</c>; <c>logistic/fit</c> does it with curvature.</para>
/// <para><c>l2</c> adds l2/2 sum w² and <c>l1</c> adds l1 sum |w|, once, after the reduction; the intercept is never penalised. With reduction <c>sum</c>,
/// scikit-learn's C is 1 / l2 and the minimum is the same.</para>
/// <para>Edge cases: |w| has derivative 0 at w = 0; a label that no row stands for is an error that names its place; <c>mean</c> over a zero total weight is 0/0 = NaN with a
/// warning, and so is <c>accuracy</c>; reduction <c>none</c> with a penalty is an error, as no single sample owns it.</para>
/// </remarks>
/// <formula name="loss">two classes: L_i = log(1 + exp(z_i)) - y_i z_i;  K classes: L_i = log sum_k exp(z_ik) - z_i,y_i;  mean: sum_i s_i L_i / sum_i s_i + l2/2 sum w² + l1 sum |w|</formula>
/// <formula name="grad_coef">Xᵀ (s (p - y)) / sum_i s_i + l2 w + l1 sign(w), with y one-hot for K classes</formula>
/// <formula name="grad_intercept">sum_i s_i (p_i - y_i) / sum_i s_i</formula>
/// <derivation>
/// <step latex="L = -y\log p - (1 - y)\log(1 - p),\quad p = \sigma(z)">Start from the negative log-likelihood of a Bernoulli variable.</step>
/// <step latex="L = \log(1 + e^{z}) - y z">Put the logistic function in: no probability is left that could round to 0 or 1. Computed as max(z, 0) - y z + log1p(exp(-|z|)).</step>
/// <step latex="\frac{\partial L}{\partial z} = \sigma(z) - y">Probability minus label; for K classes p - e_y.</step>
/// <step latex="\frac{\partial L}{\partial \theta} = (p - y)\,x,\quad \frac{\partial}{\partial \theta}\sum_i L_i = X^\top (p - y)">The score is linear in theta with derivative x, so the samples' gradients add up to one matrix product.</step>
/// </derivation>
/// <reference>T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning, 2nd edition, 2009, section 4.4.1.</reference>
/// <reference>Objective of sklearn.linear_model.LogisticRegression: C times the summed loss plus half the squared norm.</reference>
public sealed class LogisticLossOperation : Operation<LogisticLossRequest, LogisticLossResponse>
{
    /// <inheritdoc/>
    public override string Name => "logistic/loss";

    /// <inheritdoc/>
    public override string Example => """
        {
          "features": [[0.5, 1.2], [1.0, 0.4], [1.5, 2.3], [2.2, 1.9], [2.8, 3.5], [3.1, 0.7], [3.6, 2.9], [0.9, 2.1]],
          "labels": [0, 0, 0, 1, 1, 0, 1, 1],
          "coef": [1.0, 0.8],
          "intercept": -3.0,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override LogisticLossResponse Evaluate<T>(LogisticLossRequest request, Evaluation run)
    {
        var model = new LinearModel<T>(request, run);
        Tensor<T> features = model.Features(request.Features, run);
        var samples = new LabelledSamples<T>(features, request.Labels, request.SampleWeight, run);
        bool unreduced = request.Reduction == Reduction.None;
        Tensor<T> losses = run.Rent<T>(unreduced ? samples.Batch : Shape.Scalar);
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, losses.Shape, "loss");
        Tensor<T>? gradCoef = run.Wants(nameof(request.Coef)) ? run.Rent<T>(model.Coef.Shape) : null;
        Tensor<T>? gradIntercept = model.Intercept is not null && run.Wants(nameof(request.Intercept)) ? run.Rent<T>(model.Intercept.Shape) : null;
        LogisticSummary summary = LogisticLoss.Evaluate(
            features.Span,
            samples.Labels.Span,
            samples.SampleWeight.SpanOrEmpty(),
            model.Coef.Span,
            model.Intercept.SpanOrEmpty(),
            model.Classifier,
            upstream.SpanOrEmpty(),
            new LogisticLossOptions { Reduction = request.Reduction, L1 = request.L1, L2 = request.L2 },
            unreduced ? losses.Span : default,
            gradCoef.SpanOrEmpty(),
            gradIntercept.SpanOrEmpty(),
            run.Execution);
        if (!unreduced)
        {
            losses.Span[0] = T.CreateTruncating(summary.Loss);
            if (summary.Denominator == 0)
            {
                run.WarnOfNonFinite("The weights of the samples sum to 0, so the mean is divided by 0: loss and gradients are not finite.");
            }
        }

        return new LogisticLossResponse { Loss = losses, GradCoef = gradCoef, GradIntercept = gradIntercept, Accuracy = summary.Accuracy };
    }
}

/// <summary>Labelled samples and a model.</summary>
public sealed record LogisticLossRequest : DifferentiableRequest, ILinearModelRequest
{
    /// <summary>The samples, or one.</summary>
    [Shape("[N, F] or [F]")]
    public required Tensor Features { get; init; }

    /// <summary>The class of each sample: 0 or 1 with one row of <c>coef</c>, else 0 to K - 1.</summary>
    [Shape("[N] or []")]
    [Elements(TensorKind.Integer)]
    public required Tensor Labels { get; init; }

    /// <summary>The weights of the features: one row for two classes, or one for each class.</summary>
    [Differentiable]
    [Shape("[F] or [K, F]")]
    public required Tensor Coef { get; init; }

    /// <summary>What is added to each score. Default: nothing.</summary>
    [Differentiable]
    [Shape("[] or [K]")]
    public Tensor? Intercept { get; init; }

    /// <summary>Weight of each sample, or broadcastable to it; multiplies its loss and its part of the denominator of <c>mean</c>. Default: ones.</summary>
    [Shape("[N]")]
    public Tensor? SampleWeight { get; init; }

    /// <summary>How the samples' losses become one number.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>Weight of half the sum of the squared coefficients; with reduction <c>sum</c> it is scikit-learn's 1 / C.</summary>
    [Range(0.0, double.MaxValue)]
    public double L2 { get; init; }

    /// <summary>Weight of the sum of the coefficients' magnitudes.</summary>
    [Range(0.0, double.MaxValue)]
    public double L1 { get; init; }
}

/// <summary>The loss, its gradients and how often the model is right.</summary>
public sealed record LogisticLossResponse
{
    /// <summary>The reduced loss with its penalty, in nats; with reduction <c>none</c> the weighted loss of each sample.</summary>
    [Objective]
    [Shape("[] or [N]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by the coefficients, of their shape.</summary>
    [Shape("[F] or [K, F]")]
    public Tensor? GradCoef { get; init; }

    /// <summary>The gradient of the loss by the intercepts, of their shape.</summary>
    [Shape("[] or [K]")]
    public Tensor? GradIntercept { get; init; }

    /// <summary>The share of the samples' weight whose predicted class (threshold 0.5, z = 0 is class 1) is the label.</summary>
    public required double Accuracy { get; init; }
}
