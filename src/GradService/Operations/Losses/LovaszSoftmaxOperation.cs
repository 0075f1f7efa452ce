using System.Runtime.InteropServices;
using GradService.Catalog;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Operations.Losses;

/// <summary>Lovasz-softmax loss, the convex surrogate of the mean intersection over union of hard predictions, with its gradient.</summary>
/// <remarks>
/// <para>The Jaccard loss of a class, 1 - TP / (TP + FP + FN), is a function of the set of pixels that are wrong; it jumps, so it cannot be differentiated. It is submodular, however, and so its Lovasz extension
/// carries it convexly to real errors between 0 and 1: the errors are sorted, largest first, and each is multiplied by what the Jaccard loss grows by when that pixel joins the wrong ones.
/// At errors of 0 and 1 it is the Jaccard loss itself; unlike <c>losses/jaccard</c> it does not put probabilities in place of counts.</para>
/// <para>The error of element i for class c is 1 - p_c where c is its label and p_c elsewhere, p = softmax(z). <c>classes</c> = <c>present</c> averages over the classes that are in the labels, <c>all</c> over all; with
/// <c>per_image</c> the loss is computed for each image of axis 0 and averaged, else the batch is one set of pixels. Labels are class indices: there is no Jaccard loss of shares.</para>
/// <para>The loss is piecewise linear in the errors. Its gradient is exact as long as no two errors of a class change places; at a tie it is one of the subgradients, the one with equal errors in the order of their positions.
/// The gradient check holds the order.</para>
/// <para>Edge cases: ignored elements are as if they were not there; without counted elements (in an image, or at all) the loss and the gradient are 0, as in the authors' code; with <c>all</c> an absent class costs the largest
/// probability given to it; NaN, +Infinity or only -Infinity among the logits of a counted element give NaN. In FP32 errors are computed and sorted in FP64 all the same.</para>
/// </remarks>
/// <formula name="loss">L_c = sum_k e_(k) (J_k - J_(k-1)), errors e sorted descending, J_k = 1 - (G - f_k) / (G + b_k) with f_k of the first k in the class, b_k not, G its size;  mean over classes (and images)</formula>
/// <formula name="grad_logits">dL/dp_ic = -g_ic where c = y_i, else g_ic, with g = (J_k - J_(k-1)) / K at the element's rank k;  dL/dz_ic = p_ic (dL/dp_ic - sum_j p_ij dL/dp_ij)</formula>
/// <derivation>
/// <step latex="e_i = \begin{cases}1 - p_{ic} &amp; c = y_i\\ p_{ic} &amp; c \ne y_i\end{cases}">For class c, how wrong each element is: 0 for certainly right, 1 for certainly wrong.</step>
/// <step latex="\overline{\Delta_J}(e) = \sum_k e_{(k)}\,\big(J_k - J_{k-1}\big),\qquad e_{(1)}\ge e_{(2)}\ge\dots">The Lovasz extension of the Jaccard loss: J_k is the loss if exactly the k elements with the largest errors were wrong.</step>
/// <step latex="J_k - J_{k-1} = \begin{cases}\dfrac{1}{G+b} &amp; \text{in the class}\\[1ex] \dfrac{G-f}{(G+b-1)(G+b)} &amp; \text{not}\end{cases}">An element of the class leaves the intersection, another one joins the union (b counts it already). The differences need no subtraction.</step>
/// <step latex="\frac{\partial\overline{\Delta_J}}{\partial e_{(k)}} = J_k - J_{k-1}">While the order stands the loss is linear in the errors.</step>
/// <step latex="\frac{\partial L}{\partial z_c} = p_c\Big(s_c - \sum_j p_j\,s_j\Big),\quad s_c = \frac{\partial L}{\partial p_c} = \pm\frac{\partial L}{\partial e}">The sign is minus at the label, and the Jacobian of the softmax takes the slopes to the logits.</step>
/// </derivation>
/// <reference>M. Berman, A. R. Triki and M. B. Blaschko, The Lovasz-Softmax Loss: A Tractable Surrogate for the Optimization of the Intersection-Over-Union Measure in Neural Networks, CVPR 2018.</reference>
public sealed class LovaszSoftmaxOperation : Operation<LovaszSoftmaxRequest, LovaszSoftmaxResponse>
{
    /// <inheritdoc/>
    public override string Name => "losses/lovasz-softmax";

    /// <inheritdoc/>
    public override string Example => """
        {
          "logits": [[2.0, 0.5, -1.0], [0.1, 0.2, 3.0], [-0.5, 1.5, 0.3], [1.0, 1.2, 0.7], [0.0, 0.4, -0.9]],
          "labels": [0, 2, 1, 0, 255],
          "ignore_index": 255,
          "dtype": "FP64"
        }
        """;

    /// <inheritdoc/>
    protected override LovaszSoftmaxResponse Evaluate<T>(LovaszSoftmaxRequest request, Evaluation run)
    {
        Tensor<T> logits = run.Floats<T>(request.Logits);
        AxisView view = Require.Axis(logits.Shape, "logits", request.ClassAxis, "classAxis");
        Shape elements = logits.Shape.Without(request.ClassAxis);
        Require.Shape(request.Labels.Shape, "labels", elements, $"one class index for each element: the logits {logits.Shape} without class_axis {request.ClassAxis}");
        Tensor<int> labels = run.Indices(request.Labels);
        var options = new LovaszSoftmaxOptions
        {
            Classes = request.Classes,
            Images = request.PerImage ? OverlapLoss.Images(logits.Shape, request.ClassAxis) : 1,
            IgnoreIndex = request.IgnoreIndex,
        };
        Tensor<T>? upstream = run.Upstream<T>(request.Upstream, Shape.Scalar, "loss");
        Tensor<T>? gradient = run.Wants(nameof(request.Logits)) ? run.Rent<T>(logits.Shape) : null;
        Memory<byte> scratch = run.Scope.RentBytes(sizeof(double) * LovaszSoftmax.ScratchLength(view, options, run.Execution));
        Tensor<int> order = run.Hold("order of the errors", () =>
        {
            Tensor<int> sorted = run.Rent<int>(new Shape(view.Length));
            LovaszSoftmax.Order<T>(logits.Span, view, labels.Span, options, MemoryMarshal.Cast<byte, double>(scratch.Span), sorted.Span, run.Execution);
            return sorted;
        });
        OverlapSummary summary = LovaszSoftmax.Evaluate<T>(
            logits.Span, view, labels.Span, order.Span, upstream.SpanOrEmpty(), options, MemoryMarshal.Cast<byte, double>(scratch.Span), gradient.SpanOrEmpty(), run.Execution);
        if (options.Images == 0)
        {
            run.WarnOfNonFinite("There are no images, so the mean over them is 0/0: the loss is NaN.");
        }
        else if (summary.Counted == 0)
        {
            run.Warn($"No element is counted (there are {elements.Length}, all with label ignore_index {request.IgnoreIndex}): loss and gradient are 0.");
        }

        return new LovaszSoftmaxResponse { Loss = run.Scope.Scalar(T.CreateTruncating(summary.Loss)), GradLogits = gradient };
    }
}

/// <summary>Logits and class indices, and over what the loss is averaged.</summary>
public sealed record LovaszSoftmaxRequest : DifferentiableRequest
{
    /// <summary>Unnormalised scores, classes along <c>class_axis</c>.</summary>
    [Differentiable]
    [Shape("[.., C, ..]")]
    public required Tensor Logits { get; init; }

    /// <summary>Class indices, of the logits' shape without the class axis.</summary>
    [Shape("[.., ..]")]
    [Elements(TensorKind.Integer)]
    public required Tensor Labels { get; init; }

    /// <summary>Which classes are averaged over: those in the labels, or all.</summary>
    public LovaszClasses Classes { get; init; } = LovaszClasses.Present;

    /// <summary>Whether each image of axis 0 has a loss of its own, and they are averaged.</summary>
    public bool PerImage { get; init; }

    /// <summary>The axis of the classes: -1 for channels-last <c>[B, H, W, C]</c>, 1 for PyTorch and ONNX <c>[B, C, H, W]</c>.</summary>
    public int ClassAxis { get; init; } = -1;

    /// <summary>The class index of elements to leave out; it may lie inside or outside the classes.</summary>
    public int IgnoreIndex { get; init; } = -100;
}

/// <summary>The loss and its gradient.</summary>
public sealed record LovaszSoftmaxResponse
{
    /// <summary>The mean of the losses of the classes, and of the images with <c>per_image</c>; from 0 to 1.</summary>
    [Objective]
    [Shape("[]")]
    public required Tensor Loss { get; init; }

    /// <summary>The gradient of the loss by the logits, of their shape.</summary>
    [Shape("[.., C, ..]")]
    public Tensor? GradLogits { get; init; }
}
