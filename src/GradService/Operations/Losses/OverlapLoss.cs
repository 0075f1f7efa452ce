using System.ComponentModel.DataAnnotations;
using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Losses;

/// <summary>What the overlap losses have in common: logits, labels, and over what the overlap is counted.</summary>
public abstract record OverlapLossRequest : DifferentiableRequest
{
    /// <summary>Unnormalised scores, classes along <c>class_axis</c>; their softmax is compared with the labels.</summary>
    [Differentiable]
    [Shape("[.., C, ..]")]
    public required Tensor Logits { get; init; }

    /// <summary>Class indices (the logits' shape without the class axis) or class probabilities (the logits' shape); the shape tells which.</summary>
    [Shape("[.., ..] or [.., C, ..]")]
    [Elements(TensorKind.Number)]
    public required Tensor Labels { get; init; }

    /// <summary>Added to numerator and denominator of each class's index. It keeps a class that is neither there nor predicted from being 0/0.</summary>
    [Range(0.0, double.PositiveInfinity)]
    public double Smooth { get; init; } = 1;

    /// <summary>The axis of the classes: -1 for channels-last <c>[B, H, W, C]</c>, 1 for PyTorch and ONNX <c>[B, C, H, W]</c>.</summary>
    public int ClassAxis { get; init; } = -1;

    /// <summary>The class index of elements to leave out; it may lie inside or outside the classes. Only with class indices as labels.</summary>
    public int IgnoreIndex { get; init; } = -100;

    /// <summary>Whether class 0 has a loss of its own. Without it K = C - 1 classes are averaged and answered.</summary>
    public bool IncludeBackground { get; init; } = true;

    /// <summary>Whether the sums in the denominator are of squares, as in V-Net.</summary>
    public bool Squared { get; init; }

    /// <summary>Sums over the whole batch and the mean of the classes (<c>macro</c>), sums over each image of axis 0 and the mean of classes and images (<c>per_image</c>), or one loss for each class over the batch (<c>none</c>).</summary>
    public OverlapAverage Average { get; init; } = OverlapAverage.Macro;
}

/// <summary>The loss, its gradient, and the loss of each class.</summary>
public abstract record OverlapLossResponse
{
    /// <summary>The mean of the losses of the classes; with average <c>none</c> the loss of each class.</summary>
    [Objective]
    [Shape("[] or [K]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by the logits, of their shape.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? GradLogits { get; init; }

    /// <summary>The loss of each class: 1 less its index. With average <c>per_image</c> a row for each image. K is C, or C - 1 without the background.</summary>
    [Shape("[K] or [B, K]")]
    public required Tensor PerClass { get; init; }
}

/// <summary>The way from an overlap request to its answer, the index chosen.</summary>
internal static class OverlapLoss
{
    public static (Tensor Loss, Tensor? Gradient, Tensor PerClass) Evaluate<T>(OverlapLossRequest request, OverlapOptions index, Evaluation run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> logits = run.Floats<T>(request.Logits);
        AxisView view = Require.Axis(logits.Shape, "logits", request.ClassAxis, "classAxis");
        Shape elements = logits.Shape.Without(request.ClassAxis);
        bool hard = request.Labels.Shape == elements;
        if (!hard && request.Labels.Shape != logits.Shape)
        {
            throw new OperandException(
                "labels",
                $"Shape {request.Labels.Shape} was found; expected class indices {elements} or class probabilities {logits.Shape}, as the logits {logits.Shape} have their {Quantity.Of(view.Count, "class", "classes")} along class_axis {request.ClassAxis}.");
        }

        OverlapOptions options = index with
        {
            Smooth = request.Smooth,
            Squared = request.Squared,
            IncludeBackground = request.IncludeBackground,
            Average = request.Average,
            Images = Images(logits.Shape, request.ClassAxis),
            IgnoreIndex = request.IgnoreIndex,
        };
        int kept = Math.Max(0, view.Count - (request.IncludeBackground ? 0 : 1));
        bool perImage = request.Average == OverlapAverage.PerImage;
        bool each = request.Average == OverlapAverage.None;
        Tensor<T> perClass = run.Rent<T>(perImage ? Require.Product(new Shape(options.Images), "logits", kept) : new Shape(kept));
        Tensor<T> loss = each ? perClass : run.Rent<T>(Shape.Scalar);
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, loss.Shape, "loss");
        Tensor<T>? gradient = run.Wants(nameof(request.Logits)) ? run.Rent<T>(logits.Shape) : null;
        Memory<byte> scratch = run.Scope.RentBytes(sizeof(double) * Overlap.ScratchLength(view, options));
        OverlapSummary summary = Overlap.Evaluate(
            logits.Span,
            view,
            hard ? run.Indices(request.Labels).Span : default,
            hard ? default : run.Floats<T>(request.Labels).Span,
            upstream.SpanOrEmpty(),
            options,
            MemoryMarshal.Cast<byte, double>(scratch.Span),
            perClass.Span,
            gradient.SpanOrEmpty(),
            run.Execution);
        if (!each)
        {
            loss.Span[0] = T.CreateTruncating(summary.Loss);
        }

        Warn(summary, request, elements, run);
        return (loss, gradient, perClass);
    }

    /// <summary>The length of axis 0, the number of images; 1 where that axis is the classes'.</summary>
    public static int Images(Shape shape, int classAxis) => classAxis == 0 || classAxis == -shape.Rank ? 1 : shape[0];

    private static void Warn(OverlapSummary summary, OverlapLossRequest request, Shape elements, Evaluation run)
    {
        if (request.Average == OverlapAverage.PerImage && elements.Rank > 0 && elements[0] == 0)
        {
            run.WarnOfNonFinite("There are no images, so the mean over them is 0/0: the loss is NaN.");
        }
        else if (summary.Counted == 0)
        {
            run.Warn($"No element is counted (there are {elements.Length}, all with label ignore_index {request.IgnoreIndex}): the loss is 0 by smooth alone, and so is the gradient.");
        }
    }
}
