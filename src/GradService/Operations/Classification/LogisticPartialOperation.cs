using GradService.Catalog;
using GradService.Numerics.Classification;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Classification;

/// <summary>What one shard of the data adds to a logistic fit: the sums of loss, gradient, Hessian and weight.</summary>
/// <remarks>
/// <para>All members are plain sums over the shard's samples, so the sums of the shards are those of the whole data: send each shard with the same model, add the
/// answers up, and take one exact Newton step over data of any size. No penalty is in them: add l2 w to the gradient and l2 to the Hessian's diagonal
/// (coefficients only) once, after adding up.</para>
/// <para>The parameters of the Hessian are ordered row by row: the F coefficients of a row and then, where <c>intercept</c> is sent, its intercept.</para>
/// <para>Edge cases: an empty shard answers zeros; a label that no row stands for is an error that names its place. Sent as FP32, the sums are rounded to FP32:
/// prefer FP64 where many shards are added.</para>
/// </remarks>
/// <formula name="loss">sum_i s_i L_i, with L_i = log(1 + exp(z_i)) - y_i z_i, or log sum_k exp(z_ik) - z_i,y_i for K classes</formula>
/// <formula name="grad_coef">sum_i s_i (p_i - y_i) x_i</formula>
/// <formula name="grad_intercept">sum_i s_i (p_i - y_i)</formula>
/// <formula name="hessian">sum_i s_i p_i (1 - p_i) x_i x_iᵀ;  K classes: sum_i s_i (diag(p_i) - p_i p_iᵀ) ⊗ x_i x_iᵀ, x followed by 1 for the intercept</formula>
/// <derivation>
/// <step latex="\nabla = \sum_i s_i (p_i - y_i)\, x_i">The gradient is a sum over the samples, so any parting of the samples into shards parts the sum.</step>
/// <step latex="\frac{\partial p}{\partial z} = p(1 - p) \;\Rightarrow\; H = \sum_i s_i\, p_i(1 - p_i)\, x_i x_i^\top">The derivative of the gradient is one too. For K classes the factor is the Jacobian of the softmax.</step>
/// <step latex="\theta \leftarrow \theta - \Big(\sum_{\text{shards}} H + l_2 I\Big)^{-1} \Big(\sum_{\text{shards}} \nabla + l_2 w\Big)">Added up they give the Newton step of the whole data, wherever the shards lie; it is iteratively reweighted least squares.</step>
/// </derivation>
/// <reference>T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning, 2nd edition, 2009, section 4.4.1.</reference>
/// <reference>C.-T. Chu et al., Map-Reduce for Machine Learning on Multicore, NIPS 2006.</reference>
public sealed class LogisticPartialOperation : Operation<LogisticPartialRequest, LogisticPartialResponse>
{
    /// <inheritdoc/>
    public override string Name => "logistic/partial";

    /// <inheritdoc/>
    public override string Example => """
        {
          "features": [[0.5, 1.2], [1.0, 0.4], [1.5, 2.3], [2.2, 1.9]],
          "labels": [0, 0, 0, 1],
          "coef": [1.0, 0.8],
          "intercept": -3.0,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override LogisticPartialResponse Evaluate<T>(LogisticPartialRequest request, Evaluation run)
    {
        var model = new LinearModel<T>(request, run);
        Tensor<T> features = model.Features(request.Features, run);
        var samples = new LabelledSamples<T>(features, request.Labels, request.SampleWeight, run);
        int parameters = model.Coef.Length + (model.Intercept?.Length ?? 0);
        Shape square = Require.Product(Shape.Scalar, "coef", parameters, parameters);
        Tensor<double> wide = run.Rent<double>(square);
        Tensor<T>? gradCoef = run.Wants(nameof(request.Coef)) ? run.Rent<T>(model.Coef.Shape) : null;
        Tensor<T>? gradIntercept = model.Intercept is not null && run.Wants(nameof(request.Intercept)) ? run.Rent<T>(model.Intercept.Shape) : null;
        LogisticSummary summary = LogisticPartial.Evaluate(
            features.Span,
            samples.Labels.Span,
            samples.SampleWeight.SpanOrEmpty(),
            model.Coef.Span,
            model.Intercept.SpanOrEmpty(),
            model.Classifier,
            gradCoef.SpanOrEmpty(),
            gradIntercept.SpanOrEmpty(),
            wide.Span,
            run.Execution);
        return new LogisticPartialResponse
        {
            Loss = run.Scope.Scalar(T.CreateTruncating(summary.Loss)),
            GradCoef = gradCoef,
            GradIntercept = gradIntercept,
            Hessian = wide.ToFloating<T>(run.Scope, "hessian"),
            WeightSum = run.Scope.Scalar(T.CreateTruncating(summary.Denominator)),
            Count = samples.Labels.Length,
        };
    }
}

/// <summary>A shard of labelled samples, and the model at which its sums are wanted.</summary>
public sealed record LogisticPartialRequest : OperationRequest, ILinearModelRequest
{
    /// <summary>The shard's samples, or one.</summary>
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

    /// <summary>What is added to each score. Default: nothing, and no such parameter in the Hessian.</summary>
    [Differentiable]
    [Shape("[] or [K]")]
    public Tensor? Intercept { get; init; }

    /// <summary>Weight of each sample, or broadcastable to it. Default: ones.</summary>
    [Shape("[N]")]
    public Tensor? SampleWeight { get; init; }
}

/// <summary>The sums of a shard; those of several shards may be added.</summary>
public sealed record LogisticPartialResponse
{
    /// <summary>The summed loss, without a penalty.</summary>
    [Objective]
    [Shape("[]")]
    public required Tensor Loss { get; init; }

    /// <summary>The summed gradient by the coefficients, of their shape.</summary>
    [Shape("[F] or [K, F]")]
    public Tensor? GradCoef { get; init; }

    /// <summary>The summed gradient by the intercepts, of their shape.</summary>
    [Shape("[] or [K]")]
    public Tensor? GradIntercept { get; init; }

    /// <summary>The summed Hessian; P is the number of coefficients and intercepts, ordered row by row.</summary>
    [Shape("[P, P]")]
    public required Tensor Hessian { get; init; }

    /// <summary>The summed weight: what to divide by for a mean.</summary>
    [Shape("[]")]
    public required Tensor WeightSum { get; init; }

    /// <summary>The number of samples.</summary>
    public required long Count { get; init; }
}
