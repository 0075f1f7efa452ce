using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics.Classification;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Classification;

/// <summary>The scores, probabilities and classes that a logistic or softmax regression gives to samples.</summary>
/// <remarks>
/// <para>With <c>coef</c> <c>[F]</c> (or <c>[1, F]</c>, scikit-learn's form) the model tells two classes apart and answers the logit and probability of class 1.
/// With <c>coef</c> <c>[K, F]</c> it is a softmax regression over K classes.</para>
/// <para>The class is decided on the score: p >= t exactly where z >= log(t / (1 - t)). Where they are equal, <c>tie</c> decides: textbooks say class 1
/// (<c>positive</c>), scikit-learn says class 0 (<c>negative</c>).</para>
/// <para>Edge cases: scores of any finite size are safe; of several equally probable classes the lowest is predicted; a NaN score predicts class 0 and is
/// warned of; a threshold other than 0.5 with more than two classes is an error; no samples give empty answers; one sample <c>[F]</c> is answered without the batch axis.</para>
/// </remarks>
/// <formula name="logits">z = X coefᵀ + intercept</formula>
/// <formula name="probabilities">two classes: sigma(z) = 1 / (1 + exp(-z));  K classes: exp(z_k) / sum_j exp(z_j)</formula>
/// <formula name="labels">two classes: [z > log(t / (1 - t))], by tie where equal;  K classes: arg-max_k z_k</formula>
/// <derivation>
/// <step latex="z = \theta^\top x + b">A linear score of the features.</step>
/// <step latex="p = \sigma(z) = \frac{1}{1 + e^{-z}},\quad \log\frac{p}{1 - p} = z">The logistic function makes a probability of it; the score is that probability's log-odds.</step>
/// <step latex="p \ge t \iff z \ge \log\frac{t}{1 - t}">The logistic function rises everywhere, so a threshold on the probability is one on the score. At t = 1/2 it is 0.</step>
/// <step latex="\sigma(z) = \mathrm{softmax}([0, z])_1">Two classes are a softmax regression whose first row is zero.</step>
/// </derivation>
/// <reference>T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning, 2nd edition, 2009, section 4.4.</reference>
/// <reference>Semantics of sklearn.linear_model.LogisticRegression.</reference>
public sealed class LogisticPredictOperation : Operation<LogisticPredictRequest, LogisticPredictResponse>
{
    /// <inheritdoc/>
    public override string Name => "logistic/predict";

    /// <inheritdoc/>
    public override string Example => """
        {
          "features": [[0.5, 1.2], [1.5, 2.3], [2.2, 1.0]],
          "coef": [1.0, 0.8],
          "intercept": -3.0,
          "tie": "negative",
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override LogisticPredictResponse Evaluate<T>(LogisticPredictRequest request, Evaluation run)
    {
        var model = new LinearModel<T>(request, run);
        Tensor<T> features = model.Features(request.Features, run);
        Shape batch = features.Shape.Without(-1);
        Tensor<T> logits = run.Rent<T>(model.Scores(batch));
        Tensor<T> probabilities = run.Rent<T>(logits.Shape);
        Tensor<int> labels = run.Rent<int>(batch);
        LogisticPrediction.Evaluate(
            features.Span, model.Coef.Span, model.Intercept.SpanOrEmpty(), model.Classifier, request.Threshold, request.Tie, logits.Span, probabilities.Span, labels.Span, run.Execution);
        return new LogisticPredictResponse { Logits = logits, Probabilities = probabilities, Labels = labels };
    }
}

/// <summary>Samples and a model.</summary>
public sealed record LogisticPredictRequest : OperationRequest, ILinearModelRequest
{
    /// <summary>The samples, or one.</summary>
    [Shape("[N, F] or [F]")]
    public required Tensor Features { get; init; }

    /// <summary>The weights of the features: one row for two classes, or one for each class.</summary>
    [Shape("[F] or [K, F]")]
    public required Tensor Coef { get; init; }

    /// <summary>What is added to each score. Default: nothing.</summary>
    [Shape("[] or [K]")]
    public Tensor? Intercept { get; init; }

    /// <summary>The probability from which class 1 is predicted. Only with two classes.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Threshold { get; init; } = 0.5;

    /// <summary>The class of a sample whose score lies exactly on the boundary: <c>positive</c> is class 1 (textbooks), <c>negative</c> class 0 (scikit-learn).</summary>
    public Tie Tie { get; init; } = Tie.Positive;
}

/// <summary>What the model says of each sample.</summary>
public sealed record LogisticPredictResponse
{
    /// <summary>The score z of class 1, or of every class.</summary>
    [Shape("[N] or [N, K]")]
    public required Tensor Logits { get; init; }

    /// <summary>The probability of class 1, or of every class.</summary>
    [Shape("[N] or [N, K]")]
    public required Tensor Probabilities { get; init; }

    /// <summary>The predicted class of each sample.</summary>
    [Shape("[N]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Labels { get; init; }
}
