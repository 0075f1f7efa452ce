using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Classification;
using GradService.Numerics.Tensors;

namespace GradService.Operations.Classification;

/// <summary>What the operations on a linear classifier have in common: the model.</summary>
public interface ILinearModelRequest
{
    /// <summary>The weights of the features.</summary>
    Tensor Coef { get; }

    /// <summary>What is added to each score.</summary>
    Tensor? Intercept { get; }
}

/// <summary>Coefficients and intercepts, checked against each other and against the samples.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LinearModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public LinearModel(ILinearModelRequest request, Evaluation run)
    {
        Require.Rank(request.Coef.Shape, "coef", 1, 2, "[F] for two classes or [K, F] for K classes");
        int rows = request.Coef.Shape.Rank == 1 ? 1 : request.Coef.Shape[0];
        Classifier = new LinearClassifier(request.Coef.Shape[-1], rows);
        Coef = run.Floats<T>(request.Coef);
        if (request.Intercept is { } intercept)
        {
            bool isOne = rows == 1 && intercept.Length == 1 && intercept.Shape.Rank <= 1;
            if (!isOne)
            {
                Require.Shape(intercept.Shape, "intercept", rows == 1 ? Shape.Scalar : new Shape(rows), "one intercept for each row of coef");
            }

            Intercept = run.Floats<T>(intercept);
        }
    }

    public LinearClassifier Classifier { get; }

    public Tensor<T> Coef { get; }

    public Tensor<T>? Intercept { get; }

    /// <summary>The shape of one number for each score of each sample.</summary>
    public Shape Scores(Shape samples) => Classifier.IsBinary ? samples : samples.Append(Classifier.Rows);

    /// <summary>The features, checked to have as many columns as the coefficients.</summary>
    public Tensor<T> Features(Tensor features, Evaluation run)
    {
        Require.Rank(features.Shape, "features", 1, 2, "samples [N, F] or one sample [F]");
        Require.Shape(
            features.Shape, "features", features.Shape.Without(-1).Append(Classifier.Features), $"as coef {Coef.Shape} has {Quantity.Of(Classifier.Features, "weight", "weights")} in a row, one for each feature");
        return run.Floats<T>(features);
    }
}

/// <summary>Labelled samples, checked against the features.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LabelledSamples<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public LabelledSamples(Tensor<T> features, Tensor labels, Tensor? sampleWeight, Evaluation run)
    {
        Batch = features.Shape.Without(-1);
        Require.Shape(labels.Shape, "labels", Batch, $"one class for each sample, as features are {features.Shape}");
        Labels = run.Indices(labels);
        if (sampleWeight is not null)
        {
            Require.BroadcastsTo(sampleWeight.Shape, "sampleWeight", Batch, "one weight for each sample");
            SampleWeight = run.Floats<T>(sampleWeight).BroadcastTo(Batch, run.Scope);
        }
    }

    /// <summary>[N], or [] for one sample.</summary>
    public Shape Batch { get; }

    public Tensor<int> Labels { get; }

    public Tensor<T>? SampleWeight { get; }
}
