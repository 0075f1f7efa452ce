using System.ComponentModel.DataAnnotations;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Segmentation;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Segmentation;

/// <summary>Class weights from how often each class occurs, so that rare classes pull as hard on a loss as common ones.</summary>
/// <remarks>
/// <para>Send <c>labels</c> with <c>classes</c>, or <c>counts</c>. Labels of three axes or more are images along axis 0, <c>[N, H, W]</c>; one or two axes are a single image.
/// Counts <c>[N, C]</c> are those of each image; counts <c>[C]</c> are totals, with <c>present_pixels</c> beside them: the pixels of the images in which each class appears. Without it the totals are taken for one image.
/// Counts add up over shards of a data set, so weights of any amount of data come from one request.</para>
/// <para>Median frequency balances against the images in which a class can be seen at all, so a class that is rare because few images show it is not weighted up for that. Under a loss divided by the summed weights,
/// a common factor of all weights changes nothing; <c>normalization</c> matters for the other reductions.</para>
/// <para>Edge cases: a class that does not occur gets weight 0 and frequency 0, and is left out of the median; the median of an even number of classes is the mean of the two in the middle (NumPy) or the lower one (PyTorch), by <c>median</c>.
/// Ignored pixels count nowhere. No pixel at all gives zeros and a sentence in <c>warnings</c>.</para>
/// </remarks>
/// <formula name="weight">median_frequency: median(f) / f_c;  inverse_frequency: 1 / f_c;  effective_number: (1 - beta) / (1 - beta^n_c);  balanced: N / (K n_c), K the classes that occur</formula>
/// <formula name="frequencies">median_frequency: n_c / (pixels of the images in which c appears);  otherwise n_c / N</formula>
/// <derivation>
/// <step latex="\sum_{i:\,y_i = c} w_c\,(p_i - e_c)">The pixels of class c pull on the loss with their number times their weight.</step>
/// <step latex="n_c\,w_c = \mathrm{const} \;\Rightarrow\; w_c \propto 1/n_c">For all classes to pull alike the weight has to be inverse to the count: all methods are variants of that.</step>
/// <step latex="f_c = \frac{n_c}{\sum_{\text{images with } c} \text{pixels}},\quad w_c = \frac{\mathrm{median}(f)}{f_c}">Median frequency takes the share of the class where it appears, and scales so that the middle class has weight 1.</step>
/// <step latex="E_n = \frac{1-\beta^n}{1-\beta},\quad w_c = 1/E_{n_c}">The effective number holds that further samples of a class add ever less: with beta towards 1 it becomes 1 / n_c, with beta = 0 all weights are 1.</step>
/// </derivation>
/// <reference>D. Eigen and R. Fergus, Predicting Depth, Surface Normals and Semantic Labels with a Common Multi-Scale Convolutional Architecture, ICCV 2015, section 6.3.2.</reference>
/// <reference>Y. Cui, M. Jia, T.-Y. Lin, Y. Song, S. Belongie, Class-Balanced Loss Based on Effective Number of Samples, CVPR 2019.</reference>
/// <reference>scikit-learn, sklearn.utils.class_weight.compute_class_weight("balanced").</reference>
public sealed class ClassWeightsOperation : Operation<ClassWeightsRequest, ClassWeightsResponse>
{
    /// <inheritdoc/>
    public override string Name => "segmentation/class-weights";

    /// <inheritdoc/>
    public override string Example => """
        {
          "labels": [[[0, 0, 0, 1], [0, 0, 1, 1]], [[0, 0, 0, 0], [0, 0, 2, 2]]],
          "classes": 4,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override ClassWeightsResponse Evaluate<T>(ClassWeightsRequest request, Evaluation run)
    {
        (Tensor<long> counts, Tensor<long>? present) = (request.Labels, request.Counts) switch
        {
            (not null, null) => FromLabels(request, request.Labels, run),
            (null, not null) => FromCounts(request, request.Counts, run),
            (null, null) => throw new OperandException("labels", "Neither labels nor counts was found; expected one of them."),
            _ => throw new OperandException("counts", "Both labels and counts were found; expected one of them."),
        };
        Tensor<double> weight = run.Rent<double>(counts.Shape);
        Tensor<double> frequencies = run.Rent<double>(counts.Shape);
        int occurring = ClassWeights.Evaluate(
            counts.Span, present.SpanOrEmpty(), request.Method, weight.Span, frequencies.Span, request.Beta, request.Median, request.Normalization);
        if (request.Method == ClassWeightMethod.MedianFrequency && present is null)
        {
            run.Warn("present_pixels was left out, so the counts are taken for those of one image: each frequency is the share of the class in all pixels.");
        }

        if (occurring == 0)
        {
            run.Warn("No class occurs: there is no labelled pixel, so every weight and frequency is 0.");
        }

        return new ClassWeightsResponse
        {
            Weight = weight.ToFloating<T>(run.Scope, "weight"),
            Frequencies = frequencies.ToFloating<T>(run.Scope, "frequencies"),
            Counts = counts,
        };
    }

    private static (Tensor<long> Counts, Tensor<long>? Present) FromLabels(ClassWeightsRequest request, Tensor labels, Evaluation run)
    {
        if (request.PresentPixels is not null)
        {
            throw new OperandException("presentPixels", "present_pixels goes with counts; with labels it is counted.");
        }

        if (request.Classes is not { } classes)
        {
            throw new OperandException("classes", "classes was left out; with labels it is needed, as the labels do not tell of classes that do not occur.");
        }

        if (classes is < 1 or > ClassWeightsRequest.MostClasses)
        {
            throw new OperandException("classes", $"{classes} was found; expected from 1 to {ClassWeightsRequest.MostClasses}.");
        }

        Require.Rank(labels.Shape, "labels", 1, Shape.MaxRank, "labels [N, H, W] or one image [H, W]");
        Tensor<int> indices = run.Indices(labels);
        Tensor<long> counts = run.Rent<long>(new Shape(classes));
        Tensor<long> present = run.Rent<long>(new Shape(classes));
        int images = labels.Shape.Rank < 3 ? 1 : labels.Shape[0];
        ClassCounts.FromLabels(indices.Span, images, request.IgnoreIndex, counts.Span, present.Span, run.Execution);
        return (counts, present);
    }

    private static (Tensor<long> Counts, Tensor<long>? Present) FromCounts(ClassWeightsRequest request, Tensor given, Evaluation run)
    {
        Require.Rank(given.Shape, "counts", 1, 2, "counts [C], or those of each image [N, C]");
        var perClass = new Shape(given.Shape[-1]);
        if (request.Classes is { } classes && classes != perClass.Length)
        {
            throw new OperandException("classes", $"{classes} was found; expected {perClass.Length}, as counts {given.Shape} has, or nothing.");
        }

        if (given.Shape.Rank == 1)
        {
            if (request.PresentPixels is not null)
            {
                Require.Shape(request.PresentPixels.Shape, "presentPixels", perClass, "one number for each class");
            }

            return (run.Counts(given, "counts"), request.PresentPixels is null ? null : run.Counts(request.PresentPixels));
        }

        if (request.PresentPixels is not null)
        {
            throw new OperandException("presentPixels", "present_pixels goes with counts [C]; with the counts of each image it is counted.");
        }

        Tensor<long> counts = run.Rent<long>(perClass);
        Tensor<long> present = run.Rent<long>(perClass);
        ClassCounts.FromImages(run.Counts(given, "counts").Span, given.Shape[0], counts.Span, present.Span);
        return (counts, present);
    }
}

/// <summary>Labels or counts, and how a weight follows from a frequency.</summary>
public sealed record ClassWeightsRequest : OperationRequest
{
    internal const int MostClasses = 1 << 24;

    /// <summary>Class indices of one image or of several along axis 0; send these or <c>counts</c>.</summary>
    [Shape("[N, H, W] or [H, W]")]
    [Elements(TensorKind.Integer)]
    public Tensor? Labels { get; init; }

    /// <summary>Pixels of each class, in all or in each image; send these or <c>labels</c>.</summary>
    [Shape("[C] or [N, C]")]
    [Elements(TensorKind.Integer)]
    public Tensor? Counts { get; init; }

    /// <summary>With counts <c>[C]</c>: the pixels of the images in which each class appears, at least its count.</summary>
    [Shape("[C]")]
    [Elements(TensorKind.Integer)]
    public Tensor? PresentPixels { get; init; }

    /// <summary>The number of classes; needed with <c>labels</c>.</summary>
    [Range(1, MostClasses)]
    public int? Classes { get; init; }

    /// <summary>How the weight of a class follows from how often it occurs.</summary>
    public ClassWeightMethod Method { get; init; } = ClassWeightMethod.MedianFrequency;

    /// <summary>For <c>effective_number</c>: 0 gives every class weight 1, towards 1 the weights become 1 / n_c.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta { get; init; } = 0.9999;

    /// <summary>The median of an even number of classes: the average of the two in the middle, or the lower one.</summary>
    public MedianOfEven Median { get; init; } = MedianOfEven.Average;

    /// <summary>How the weights are scaled at the end.</summary>
    public WeightNormalization Normalization { get; init; } = WeightNormalization.None;

    /// <summary>The label of pixels that do not count.</summary>
    public int IgnoreIndex { get; init; } = -100;
}

/// <summary>Weights, and what they were made of.</summary>
public sealed record ClassWeightsResponse
{
    /// <summary>The weight of each class; 0 for one that does not occur. Fit for <c>weight</c> of <c>losses/cross-entropy</c>.</summary>
    [Shape("[C]")]
    public required Tensor Weight { get; init; }

    /// <summary>The frequency of each class, as the method defines it.</summary>
    [Shape("[C]")]
    public required Tensor Frequencies { get; init; }

    /// <summary>The labelled pixels of each class.</summary>
    [Shape("[C]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Counts { get; init; }
}
