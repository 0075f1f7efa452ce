using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Classification;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Classification;

/// <summary>The decision boundary of a logistic or softmax regression: hyperplane, line in a plane of two features, distances, and a plot.</summary>
/// <remarks>
/// <para>The model predicts class 1 where theta'x >= logit(threshold), so the boundary is the hyperplane theta'x = logit(threshold): a property of the model and the threshold,
/// not of the samples. Raising the threshold shifts it in parallel. Of K classes each pair has a hyperplane, z_i = z_j; <c>segments</c> holds the parts of them where no third class is more probable.</para>
/// <para>With <c>Accept: image/png</c> or <c>image/svg+xml</c> the answer is a plot: regions, line, points and legend, in colours and markers that colour-blind readers can tell apart.
/// It shows the plane of <c>x_axis</c> and <c>y_axis</c>; of a model with more features the others are at <c>fixed</c> (default: their means over <c>features</c>, or 0).</para>
/// <para>In two dimensions the line is x2 = -(w1 x1 + b - logit(t)) / w2; nothing here divides by w2, so a vertical line is one like any other.</para>
/// <para>Edge cases: where neither feature of the plane moves the score, or the boundary misses the bounds, <c>segments</c> is empty and a warning says so; where all weights are zero there
/// is no hyperplane and the distances are infinite; a point on the boundary has distance 0; a threshold other than 0.5 with more than two classes is an error.</para>
/// </remarks>
/// <formula name="normal">two classes: coef;  pair (i, j) of K classes: coef_i - coef_j</formula>
/// <formula name="offset">two classes: intercept - log(t / (1 - t));  pair (i, j): intercept_i - intercept_j</formula>
/// <formula name="distances">(normalᵀ x + offset) / |normal|, above 0 on the side of class 1, or of the first class of the pair</formula>
/// <derivation>
/// <step latex="\sigma(z) \ge t \iff z \ge \log\frac{t}{1 - t}">The logistic function rises everywhere, so the threshold can be put on the score. At t = 1/2 its logit is 0.</step>
/// <step latex="\theta^\top x + b = \log\frac{t}{1 - t}">Where both sides are equal lies the boundary: a linear equation in x, a hyperplane with normal theta.</step>
/// <step latex="x_2 = -\frac{\theta_1 x_1 + b - \log\frac{t}{1 - t}}{\theta_2}">With two features, solved for the second: a line. With more, the fixed features only shift it.</step>
/// <step latex="d(x) = \frac{\theta^\top x + b - \log\frac{t}{1 - t}}{\lVert \theta \rVert}">Divided by the length of the normal the score is the distance from the boundary.</step>
/// <step latex="(\theta_i - \theta_j)^\top x + b_i - b_j = 0">Of several classes, i and j are equally probable where their scores are.</step>
/// </derivation>
/// <reference>C. M. Bishop, Pattern Recognition and Machine Learning, 2006, section 4.1.</reference>
/// <reference>M. Okabe and K. Ito, Color Universal Design, 2008: the colours of the plot.</reference>
public sealed class LogisticBoundaryOperation : PicturedOperation<LogisticBoundaryRequest, LogisticBoundaryResponse>
{
    /// <inheritdoc/>
    public override string Name => "logistic/boundary";

    /// <inheritdoc/>
    public override string Example => """
        {
          "coef": [1.0, 0.8],
          "intercept": -3.0,
          "features": [[0.5, 1.2], [1.0, 0.4], [1.5, 2.3], [2.2, 1.9], [2.8, 3.5], [3.1, 0.7], [3.6, 2.9], [0.9, 2.1]],
          "labels": [0, 0, 0, 1, 1, 0, 1, 1],
          "bounds": [0, 4, 0, 4],
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<string> PictureTypes => [BoundaryPlot.Png, BoundaryPlot.Svg];

    /// <inheritdoc/>
    protected override LogisticBoundaryResponse Evaluate<T>(LogisticBoundaryRequest request, Evaluation run)
    {
        CheckPicture(request);
        var model = new LinearModel<T>(request, run);
        DecisionBoundary boundary = DecisionBoundary.Of<T>(model.Coef.Span, model.Intercept.SpanOrEmpty(), model.Classifier, request.Threshold);
        Tensor<T>? features = request.Features is null ? null : model.Features(request.Features, run);
        CheckLabels(request, features, model.Classifier, run);
        double[] fixedValues = BoundaryView.FixedValues(request, features, model.Classifier.Features, run);
        BoundaryPlane plane = BoundaryView.Plane(request, features, model.Classifier.Features, run);
        IReadOnlyList<BoundarySegment> segments = boundary.Segments(plane, fixedValues, run.Execution);
        bool binary = model.Classifier.IsBinary;
        int pairs = boundary.Pairs.Count;
        Tensor<T>? distances = null;
        if (features is not null)
        {
            Shape batch = features.Shape.Without(-1);
            distances = run.Rent<T>(binary ? batch : Require.Product(batch, "features", pairs));
            boundary.Distances<T>(features.Span, distances.Span, run.Execution);
        }

        Warn(boundary, segments, run);
        return new LogisticBoundaryResponse
        {
            Normal = Rounded<T>(boundary.Normals, binary ? new Shape(model.Classifier.Features) : new Shape(pairs, model.Classifier.Features), run),
            Offset = Rounded<T>(boundary.Offsets, binary ? Shape.Scalar : new Shape(pairs), run),
            Pairs = binary ? null : Pairs(boundary.Pairs, run),
            Segments = Rounded<T>([.. segments.SelectMany(piece => new[] { piece.X1, piece.Y1, piece.X2, piece.Y2 })], new Shape(segments.Count, 2, 2), run),
            SegmentPairs = binary ? null : Pairs([.. segments.Select(piece => boundary.Pairs[piece.Pair])], run),
            Distances = distances,
            Bounds = Rounded<T>([plane.XMin, plane.XMax, plane.YMin, plane.YMax], new Shape(4), run),
            Fixed = Rounded<T>(fixedValues, new Shape(fixedValues.Length), run),
        };
    }

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Draw(LogisticBoundaryRequest request, LogisticBoundaryResponse response, string mediaType, TensorScope memory) =>
        BoundaryPicture.Draw(request, response, mediaType, memory);

    private static void CheckPicture(LogisticBoundaryRequest request)
    {
        CheckSide(request.Width, "width");
        CheckSide(request.Height, "height");
        int features = request.Coef.Shape.Rank == 0 ? 0 : request.Coef.Shape[-1];
        int classes = request.Coef.Shape.Rank == 2 && request.Coef.Shape[0] > 1 ? request.Coef.Shape[0] : 2;
        CheckNames(request.FeatureNames, features, "featureNames", "feature");
        CheckNames(request.ClassNames, classes, "classNames", "class");
    }

    private static void CheckSide(int pixels, string name)
    {
        if (pixels is < LogisticBoundaryRequest.LeastPixels or > LogisticBoundaryRequest.MostPixels)
        {
            throw new OperandException(name, $"{pixels} was found; expected from {LogisticBoundaryRequest.LeastPixels} to {LogisticBoundaryRequest.MostPixels} pixels.");
        }
    }

    private static void CheckNames(IReadOnlyList<string>? names, int expected, string name, string each)
    {
        if (names is not null && names.Count != expected)
        {
            throw new OperandException(name, $"{Quantity.Of(names.Count, "name was", "names were")} found; expected {expected}, one for each {each}.");
        }
    }

    private static void CheckLabels<T>(LogisticBoundaryRequest request, Tensor<T>? features, LinearClassifier classifier, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (request.Labels is null)
        {
            return;
        }

        if (features is null)
        {
            throw new OperandException("labels", "Labels were found without features. Send the samples as features, or leave labels out.");
        }

        Require.Shape(request.Labels.Shape, "labels", features.Shape.Without(-1), $"one class for each sample, as features are {features.Shape}");
        ReadOnlySpan<int> labels = run.Indices(request.Labels).Span;
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classifier.Classes)
            {
                throw new OperandException("labels", $"{labels[i]} is not a class: coef has {classifier.Classes} classes, so labels run from 0 to {classifier.Classes - 1}.", i);
            }
        }
    }

    private static void Warn(DecisionBoundary boundary, IReadOnlyList<BoundarySegment> segments, Evaluation run)
    {
        int none = Enumerable.Range(0, boundary.Pairs.Count).FirstOrDefault(pair => boundary.Length(pair) == 0, -1);
        if (none >= 0)
        {
            (int i, int j) = boundary.Pairs[none];
            run.WarnOfNonFinite($"No feature tells class {i} from class {j}: their normal is zero, so there is no hyperplane between them and the distances from it are infinite.");
        }

        if (segments.Count == 0)
        {
            run.Warn("No boundary crosses this plane inside the bounds: everywhere in it the same class is predicted. Widen bounds, or choose other axes or fixed values.");
        }
    }

    private static Tensor<T> Rounded<T>(double[] values, Shape shape, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> tensor = run.Rent<T>(shape);
        for (int i = 0; i < values.Length; i++)
        {
            tensor.Span[i] = T.CreateTruncating(values[i]);
        }

        return tensor;
    }

    private static Tensor<int> Pairs(IReadOnlyList<(int First, int Second)> pairs, Evaluation run)
    {
        Tensor<int> tensor = run.Rent<int>(new Shape(pairs.Count, 2));
        for (int i = 0; i < pairs.Count; i++)
        {
            (tensor.Span[2 * i], tensor.Span[(2 * i) + 1]) = pairs[i];
        }

        return tensor;
    }
}

/// <summary>A model, the plane to look at and, optionally, samples.</summary>
public sealed record LogisticBoundaryRequest : OperationRequest, ILinearModelRequest
{
    internal const int LeastPixels = 400;
    internal const int MostPixels = 4000;

    /// <summary>The weights of the features: one row for two classes, or one for each class; at least two features.</summary>
    [Shape("[F] or [K, F]")]
    public required Tensor Coef { get; init; }

    /// <summary>What is added to each score. Default: nothing.</summary>
    [Shape("[] or [K]")]
    public Tensor? Intercept { get; init; }

    /// <summary>Samples, whose distances are answered and which are drawn as points.</summary>
    [Shape("[N, F] or [F]")]
    public Tensor? Features { get; init; }

    /// <summary>The class of each sample: the colour and marker of its point.</summary>
    [Shape("[N] or []")]
    [Elements(TensorKind.Integer)]
    public Tensor? Labels { get; init; }

    /// <summary>The edges of the plane: x_min, x_max, y_min, y_max. Default: what the samples take up and a little more; without samples -1 to 1.</summary>
    [Shape("[4]")]
    public Tensor? Bounds { get; init; }

    /// <summary>The values of the features that are neither axis; the other two elements are not looked at. Default: the means over the samples, or 0.</summary>
    [Shape("[F]")]
    public Tensor? Fixed { get; init; }

    /// <summary>The probability from which class 1 is predicted. Only with two classes.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Threshold { get; init; } = 0.5;

    /// <summary>The feature drawn to the right, from 0.</summary>
    public int XAxis { get; init; }

    /// <summary>The feature drawn upwards, from 0.</summary>
    public int YAxis { get; init; } = 1;

    /// <summary>The names of the features, for the plot.</summary>
    public IReadOnlyList<string>? FeatureNames { get; init; }

    /// <summary>The names of the classes, for the plot.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>The width of the plot in pixels.</summary>
    [Range(LeastPixels, MostPixels)]
    public int Width { get; init; } = 800;

    /// <summary>The height of the plot in pixels.</summary>
    [Range(LeastPixels, MostPixels)]
    public int Height { get; init; } = 600;
}

/// <summary>Hyperplanes, their traces in the plane, and distances from them.</summary>
public sealed record LogisticBoundaryResponse
{
    /// <summary>The normal of the hyperplane, or of that of each pair; not of unit length.</summary>
    [Shape("[F] or [P, F]")]
    public required Tensor Normal { get; init; }

    /// <summary>The offset: x is on the hyperplane where normalᵀx + offset = 0.</summary>
    [Shape("[] or [P]")]
    public required Tensor Offset { get; init; }

    /// <summary>Of more than two classes: the two classes of each hyperplane.</summary>
    [Shape("[P, 2]")]
    [Elements(TensorKind.Integer)]
    public Tensor? Pairs { get; init; }

    /// <summary>The pieces of the boundary inside the bounds: for each its two ends, each x and y in the plane.</summary>
    [Shape("[S, 2, 2]")]
    public required Tensor Segments { get; init; }

    /// <summary>Of more than two classes: the two classes that each piece parts.</summary>
    [Shape("[S, 2]")]
    [Elements(TensorKind.Integer)]
    public Tensor? SegmentPairs { get; init; }

    /// <summary>The signed distance of each sample from the hyperplane, or from that of each pair.</summary>
    [Shape("[N] or [N, P]")]
    public Tensor? Distances { get; init; }

    /// <summary>The edges of the plane: x_min, x_max, y_min, y_max.</summary>
    [Shape("[4]")]
    public required Tensor Bounds { get; init; }

    /// <summary>The values that the features have in the plane; those of the two axes vary.</summary>
    [Shape("[F]")]
    public required Tensor Fixed { get; init; }
}
