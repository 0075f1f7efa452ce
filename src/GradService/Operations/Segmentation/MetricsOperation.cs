using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Segmentation;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;
using GradService.Wire;

namespace GradService.Operations.Segmentation;

/// <summary>How good a segmentation is: the confusion matrix, IoU, Dice, precision and recall of each class, mean and frequency-weighted IoU, pixel accuracy.</summary>
/// <remarks>
/// <para>Send <c>labels</c> with <c>predictions</c> (class indices) or with <c>logits</c> (the arg-max along <c>class_axis</c> is taken, the lowest class of equal ones).</para>
/// <para>Data of any size: send each shard by itself, keep its <c>confusion</c>, and post the matrices together as <c>confusion</c> [P, C, C]. Counts add up exactly, so the scores
/// are those of the whole; the mean of the shards' scores would not be.</para>
/// <para>Which score? Pixel accuracy is won by the largest class alone. Mean IoU gives each class the same say, however small; frequency-weighted IoU lies between. Dice = 2 IoU / (1 + IoU) orders segmentations
/// of one class as IoU does, but weighs near misses more kindly.</para>
/// <para>Edge cases: a class in neither truth nor prediction has NaN (0/0) for its IoU and Dice and is left out of the mean, as is usual; predicted but not true it has IoU 0 and counts. Precision is NaN for a class never
/// predicted, recall for one not in the truth. Where nothing was counted the means are NaN and a warning says so. Pixels labelled <c>ignore_index</c> do not count, whatever was predicted there. None of this has a gradient: for training use
/// <c>losses/dice</c>, <c>losses/jaccard</c> or <c>losses/lovasz-softmax</c>.</para>
/// </remarks>
/// <formula name="confusion">M_rc = number of pixels with label r and prediction c</formula>
/// <formula name="iou">M_cc / (sum_j M_cj + sum_i M_ic - M_cc)</formula>
/// <formula name="dice">2 M_cc / (sum_j M_cj + sum_i M_ic)</formula>
/// <formula name="precision">M_cc / sum_i M_ic</formula>
/// <formula name="recall">M_cc / sum_j M_cj</formula>
/// <formula name="mean_iou">the mean of iou over the classes in truth or prediction</formula>
/// <formula name="frequency_weighted_iou">sum_c (sum_j M_cj) iou_c / sum_ij M_ij</formula>
/// <formula name="pixel_accuracy">sum_c M_cc / sum_ij M_ij</formula>
/// <derivation>
/// <step latex="M_{rc} = |\{i : y_i = r, \hat y_i = c\}|">All scores are functions of the confusion matrix; and it is a sum over pixels, so shards add up.</step>
/// <step latex="TP_c = M_{cc},\quad FN_c = \sum_{j \ne c} M_{cj},\quad FP_c = \sum_{i \ne c} M_{ic}">On the diagonal lies what was found; the rest of a class's row was missed, the rest of its column was claimed wrongly.</step>
/// <step latex="\mathrm{IoU}_c = \frac{TP_c}{TP_c + FN_c + FP_c},\qquad \mathrm{Dice}_c = \frac{2\,TP_c}{2\,TP_c + FN_c + FP_c}">Truth and prediction of a class are two sets of pixels: their intersection over their union, or over their mean size.</step>
/// <step latex="\mathrm{Dice} = \frac{2\,\mathrm{IoU}}{1 + \mathrm{IoU}}">Dividing the second by the first shows that each follows from the other.</step>
/// </derivation>
/// <reference>J. Long, E. Shelhamer, T. Darrell, Fully Convolutional Networks for Semantic Segmentation, CVPR 2015, section 5.</reference>
/// <reference>M. Everingham et al., The Pascal Visual Object Classes Challenge: A Retrospective, IJCV 111, 2015.</reference>
/// <reference>Semantics of sklearn.metrics.confusion_matrix, jaccard_score, f1_score, precision_score and recall_score, scikit-learn 1.2, but for 0/0, which is NaN here and 0 there.</reference>
public sealed class MetricsOperation : Operation<SegmentationMetricsRequest, SegmentationMetricsResponse>
{
    /// <inheritdoc/>
    public override string Name => "segmentation/metrics";

    /// <inheritdoc/>
    public override string Example => """
        {
          "labels": [[0, 0, 0, 1], [0, 2, 2, 1], [255, 0, 0, 0]],
          "predictions": [[0, 0, 1, 1], [0, 2, 0, 1], [2, 0, 0, 0]],
          "classes": 4,
          "ignore_index": 255
        }
        """;

    /// <inheritdoc/>
    protected override SegmentationMetricsResponse Evaluate<T>(SegmentationMetricsRequest request, Evaluation run)
    {
        (Tensor<long> confusion, long counted) = request.Confusion is null ? Counted<T>(request, run) : Combined(request, run);
        int classes = confusion.Shape[0];
        double[][] scores = [.. Enumerable.Range(0, 4).Select(_ => new double[classes])];
        SegmentationSummary summary = SegmentationScores.Evaluate(confusion.Span, scores[0], scores[1], scores[2], scores[3]);
        if (counted == 0)
        {
            run.WarnOfNonFinite("No pixel was counted: all scores are 0/0, which is NaN.");
        }
        else if (summary.Present < classes)
        {
            string[] absent = [.. Enumerable.Range(0, classes).Where(c => double.IsNaN(scores[0][c])).Select(c => c.ToString(System.Globalization.CultureInfo.InvariantCulture))];
            string named = string.Join(", ", absent.Take(8)) + (absent.Length > 8 ? ", ..." : string.Empty);
            run.Warn($"{absent.Length} of {Quantity.Of(classes, "class", "classes")} {(absent.Length == 1 ? "occurs" : "occur")} in neither truth nor prediction ({named}): IoU and Dice are NaN there and left out of mean_iou.");
        }

        return new SegmentationMetricsResponse
        {
            Confusion = confusion,
            Iou = Round<T>(scores[0], run),
            Dice = Round<T>(scores[1], run),
            Precision = Round<T>(scores[2], run),
            Recall = Round<T>(scores[3], run),
            MeanIou = run.Scope.Scalar(T.CreateTruncating(summary.MeanIou)),
            FrequencyWeightedIou = run.Scope.Scalar(T.CreateTruncating(summary.FrequencyWeightedIou)),
            PixelAccuracy = run.Scope.Scalar(T.CreateTruncating(summary.PixelAccuracy)),
            Counted = counted,
        };
    }

    private static (Tensor<long> Confusion, long Counted) Counted<T>(SegmentationMetricsRequest request, Evaluation run)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (request.Labels is null)
        {
            throw new OperandException("labels", "Neither labels nor confusion was found; expected labels with predictions or logits, or confusion matrices to add up.");
        }

        (Tensor<int> predictions, int? ofLogits) = (request.Predictions, request.Logits) switch
        {
            (not null, null) => (run.Indices(request.Predictions), (int?)null),
            (null, not null) => ArgMaxOf<T>(request, run),
            (null, null) => throw new OperandException("predictions", "Neither predictions nor logits was found; expected one of them beside labels."),
            _ => throw new OperandException("logits", "Both predictions and logits were found; expected one of them."),
        };
        Require.Shape(request.Labels.Shape, "labels", predictions.Shape, ofLogits is null ? "one label for each prediction" : "logits' shape without the class axis");
        int classes = request.Classes ?? ofLogits
            ?? throw new OperandException("classes", "It was left out; expected the number of classes beside predictions, as a class that does not occur is a class all the same.");
        if (ofLogits is { } found && found != classes)
        {
            throw new OperandException("classes", $"{classes} was found; the logits have {Quantity.Of(found, "class", "classes")}.");
        }

        Tensor<long> confusion = run.Rent<long>(Square(classes, "classes"));
        long counted = ConfusionMatrix.Count(run.Indices(request.Labels).Span, predictions.Span, classes, request.IgnoreIndex, confusion.Span, run.Execution);
        return (confusion, counted);
    }

    private static (Tensor<long> Confusion, long Counted) Combined(SegmentationMetricsRequest request, Evaluation run)
    {
        if (request.Labels is not null || request.Predictions is not null || request.Logits is not null)
        {
            throw new OperandException("confusion", "Both confusion matrices and labels, predictions or logits were found; expected matrices alone, to add up, or labels to count.");
        }

        Shape shape = request.Confusion!.Shape;
        Require.Rank(shape, "confusion", 2, 3, "one matrix [C, C] or several [P, C, C]");
        int classes = shape[-1];
        if (shape[-2] != classes || classes < 1 || (request.Classes is { } wanted && wanted != classes))
        {
            string named = request.Classes is { } c ? $"with C = {c}, as classes says" : "with C at least 1";
            throw new OperandException("confusion", $"Shape {shape} was found; expected [C, C] or [P, C, C] {named}.");
        }

        Tensor<long> confusion = run.Rent<long>(Square(classes, "confusion"));
        return (confusion, ConfusionMatrix.Add(run.Counts(request.Confusion).Span, classes, confusion.Span));
    }

    private static (Tensor<int> Predictions, int? Classes) ArgMaxOf<T>(SegmentationMetricsRequest request, Evaluation run)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> logits = run.Floats<T>(request.Logits!);
        AxisView view = Require.Axis(logits.Shape, "logits", request.ClassAxis, "classAxis");
        Tensor<int> predictions = run.Rent<int>(logits.Shape.Without(request.ClassAxis));
        if (view.Count == 0)
        {
            throw new OperandException("logits", $"Shape {logits.Shape} has no classes; expected at least one along the class axis.");
        }

        ArgMax.Along<T>(logits.Span, view, predictions.Span, run.Execution);
        return (predictions, view.Count);
    }

    private static Shape Square(int classes, string operand) => classes < 1
        ? throw new OperandException(operand, $"{classes} was found; expected at least 1 class.")
        : Require.Product(new Shape(classes), operand, classes);

    private static Tensor<T> Round<T>(double[] values, Evaluation run)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> rounded = run.Rent<T>(new Shape(values.Length));
        for (int i = 0; i < values.Length; i++)
        {
            rounded.Span[i] = T.CreateTruncating(values[i]);
        }

        return rounded;
    }
}

/// <summary>Truth and prediction, or confusion matrices to add up.</summary>
public sealed record SegmentationMetricsRequest : OperationRequest
{
    /// <summary>The true class of each pixel, from 0 to C - 1, or <c>ignore_index</c>.</summary>
    [Shape("[..]")]
    [Elements(TensorKind.Integer)]
    public Tensor? Labels { get; init; }

    /// <summary>The predicted class of each pixel, from 0 to C - 1; send these or <c>logits</c>.</summary>
    [Shape("[..]")]
    [Elements(TensorKind.Integer)]
    public Tensor? Predictions { get; init; }

    /// <summary>Scores or probabilities whose largest is the prediction; send these or <c>predictions</c>.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? Logits { get; init; }

    /// <summary>Confusion matrices of parts of a data set, rows the truth; sent alone, they are added up.</summary>
    [Shape("[C, C] or [P, C, C]")]
    [Elements(TensorKind.Integer)]
    public Tensor? Confusion { get; init; }

    /// <summary>C, the number of classes; needed beside <c>predictions</c>.</summary>
    [Range(1.0, double.MaxValue)]
    public int? Classes { get; init; }

    /// <summary>The axis of the classes in <c>logits</c>.</summary>
    public int ClassAxis { get; init; } = -1;

    /// <summary>The label of pixels that do not count.</summary>
    public int IgnoreIndex { get; init; } = -100;
}

/// <summary>The confusion matrix and what follows from it.</summary>
public sealed record SegmentationMetricsResponse
{
    /// <summary>Pixels by true class (row) and predicted class (column).</summary>
    [Shape("[C, C]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Confusion { get; init; }

    /// <summary>Intersection over union of each class; NaN for a class in neither truth nor prediction.</summary>
    [Shape("[C]")]
    [Ordinary(double.NaN)]
    public required Tensor Iou { get; init; }

    /// <summary>Dice coefficient (F1) of each class; NaN for a class in neither truth nor prediction.</summary>
    [Shape("[C]")]
    [Ordinary(double.NaN)]
    public required Tensor Dice { get; init; }

    /// <summary>The share of each class's predicted pixels that are right; NaN for a class never predicted.</summary>
    [Shape("[C]")]
    [Ordinary(double.NaN)]
    public required Tensor Precision { get; init; }

    /// <summary>The share of each class's true pixels that were found; NaN for a class not in the truth.</summary>
    [Shape("[C]")]
    [Ordinary(double.NaN)]
    public required Tensor Recall { get; init; }

    /// <summary>The mean IoU of the classes in truth or prediction.</summary>
    [Shape("[]")]
    public required Tensor MeanIou { get; init; }

    /// <summary>The IoU of each class weighted by its share of the true pixels.</summary>
    [Shape("[]")]
    public required Tensor FrequencyWeightedIou { get; init; }

    /// <summary>The share of the pixels that are right.</summary>
    [Shape("[]")]
    public required Tensor PixelAccuracy { get; init; }

    /// <summary>How many pixels were counted.</summary>
    public required long Counted { get; init; }
}
