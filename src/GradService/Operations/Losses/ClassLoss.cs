using System.ComponentModel.DataAnnotations;
using System.Numerics;
using GradService.Catalog;
using GradService.Numerics;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;
using GradService.Wire;

namespace GradService.Operations.Losses;

/// <summary>What the losses over classes have in common: the labels, the weights, and how the elements become one number.</summary>
public abstract record ClassLossRequest : DifferentiableRequest
{
    /// <summary>Class indices (the scores' shape without the class axis) or class probabilities (the scores' shape); the shape tells which.</summary>
    [Shape("[.., ..] or [.., C, ..]")]
    [Elements(TensorKind.Number)]
    public required Tensor Labels { get; init; }

    /// <summary>Weight of each class. Default: ones. A class of weight 0 contributes neither loss, gradient nor denominator.</summary>
    [Shape("[C]")]
    public Tensor? Weight { get; init; }

    /// <summary>Weight of each element, of the shape of class indices or broadcastable to it; multiplies the element's loss and its part of the denominator of <c>mean</c>. Default: ones.</summary>
    [Shape("[.., ..]")]
    public Tensor? SampleWeight { get; init; }

    /// <summary>The axis of the classes: -1 for channels-last <c>[B, H, W, C]</c>, 1 for PyTorch and ONNX <c>[B, C, H, W]</c>.</summary>
    public int ClassAxis { get; init; } = -1;

    /// <summary>How the elements' losses become one number.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>The class index of elements to leave out; it may lie inside or outside the classes. Only with class indices as labels.</summary>
    public int IgnoreIndex { get; init; } = -100;
}

/// <summary>What cross-entropy and negative log-likelihood add: smoothed labels, and weights by prediction.</summary>
public abstract record SmoothedClassLossRequest : ClassLossRequest
{
    /// <summary>The share of each label that is spread evenly over all classes.</summary>
    [Range(0.0, 1.0)]
    public double LabelSmoothing { get; init; }

    /// <summary>Whose weight an element has: that of its label, or that of the class its scores predict (arg-max, lowest index on a tie, held constant).</summary>
    public Weighting Weighting { get; init; } = Weighting.Labels;
}

/// <summary>A loss over classes as the numerics have it.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <typeparam name="TLabel">int for class indices, <typeparamref name="T"/> for class probabilities.</typeparam>
/// <typeparam name="TOptions">The loss's options.</typeparam>
internal delegate LossSummary ClassLoss<T, TLabel, TOptions>(
    ReadOnlySpan<T> scores,
    AxisView view,
    ReadOnlySpan<TLabel> labels,
    ReadOnlySpan<T> weight,
    ReadOnlySpan<T> sampleWeight,
    ReadOnlySpan<int> predictions,
    ReadOnlySpan<T> upstream,
    TOptions options,
    Span<T> losses,
    Span<T> gradient,
    Execution execution);

/// <summary>The operands of a loss over classes, checked against the scores and ready for the op.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ClassLossOperands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _unreduced;

    public ClassLossOperands(Tensor scoresOperand, string name, ClassLossRequest request, Evaluation run, bool wantsGradient)
    {
        Scores = scoresOperand.ToFloating<T>(run.Scope, name);
        View = Require.Axis(Scores.Shape, name, request.ClassAxis, "classAxis");
        Elements = Scores.Shape.Without(request.ClassAxis);
        if (request.Labels.Shape == Scores.Shape)
        {
            Probabilities = run.Floats<T>(request.Labels);
        }
        else if (request.Labels.Shape == Elements)
        {
            Indices = run.Indices(request.Labels);
        }
        else
        {
            throw new OperandException(
                "labels",
                $"Shape {request.Labels.Shape} was found; expected class indices {Elements} or class probabilities {Scores.Shape}, as {WireName.Of(name)} {Scores.Shape} have their {Quantity.Of(View.Count, "class", "classes")} along class_axis {request.ClassAxis}.");
        }

        if (request.Weight is not null)
        {
            Require.Shape(request.Weight.Shape, "weight", new Shape(View.Count), "one weight for each class");
            Weight = run.Floats<T>(request.Weight);
        }

        if (request.SampleWeight is not null)
        {
            Require.BroadcastsTo(request.SampleWeight.Shape, "sampleWeight", Elements, "one weight for each element");
            SampleWeight = run.Floats<T>(request.SampleWeight).BroadcastTo(Elements, run.Scope);
        }

        if (request is SmoothedClassLossRequest { Weighting: Weighting.Predictions })
        {
            Predictions = run.Hold($"arg-max of the {WireName.Of(name)}", () =>
            {
                Tensor<int> predictions = run.Rent<int>(Elements);
                ArgMax.Along<T>(Scores.Span, View, predictions.Span, run.Execution);
                return predictions;
            });
        }

        _unreduced = request.Reduction == Reduction.None;
        Losses = run.Rent<T>(_unreduced ? Elements : Shape.Scalar);
        Denominator = run.Rent<T>(Shape.Scalar);
        Upstream = run.Upstream<T>(request.Upstream, Losses.Shape, "loss");
        Gradient = wantsGradient ? run.Rent<T>(Scores.Shape) : null;
    }

    public Tensor<T> Scores { get; }

    public AxisView View { get; }

    /// <summary>The scores' shape without the class axis.</summary>
    public Shape Elements { get; }

    /// <summary>The labels as class indices; null when they are probabilities.</summary>
    public Tensor<int>? Indices { get; }

    /// <summary>The labels as class probabilities; null when they are indices.</summary>
    public Tensor<T>? Probabilities { get; }

    public Tensor<T>? Weight { get; }

    public Tensor<T>? SampleWeight { get; }

    public Tensor<int>? Predictions { get; }

    public Tensor<T>? Upstream { get; }

    /// <summary>The losses of the elements, or the one reduced loss.</summary>
    public Tensor<T> Losses { get; }

    /// <summary>What the sum of the losses was divided by.</summary>
    public Tensor<T> Denominator { get; }

    /// <summary>Where the op writes the losses of the elements; empty when they are reduced to one.</summary>
    public Span<T> ElementLosses => _unreduced ? Losses.Span : default;

    public Tensor<T>? Gradient { get; }

    /// <summary>The length of the losses' first axis: the number of examples.</summary>
    public int Examples => Elements.Rank == 0 ? 1 : Elements[0];

    /// <summary>Evaluates a loss by whichever kind of labels was sent.</summary>
    /// <typeparam name="TOptions">The loss's options.</typeparam>
    /// <param name="ofIndices">The loss against class indices.</param>
    /// <param name="ofProbabilities">The loss against class probabilities.</param>
    /// <param name="options">The loss's options.</param>
    /// <param name="execution">Threads and cancellation.</param>
    public LossSummary Evaluate<TOptions>(
        ClassLoss<T, int, TOptions> ofIndices, ClassLoss<T, T, TOptions> ofProbabilities, TOptions options, Execution execution)
    {
        return Indices is null ? Evaluate(ofProbabilities, Probabilities.SpanOrEmpty()) : Evaluate(ofIndices, Indices.Span);

        LossSummary Evaluate<TLabel>(ClassLoss<T, TLabel, TOptions> loss, ReadOnlySpan<TLabel> labels) => loss(
            Scores.Span, View, labels, Weight.SpanOrEmpty(), SampleWeight.SpanOrEmpty(), Predictions.SpanOrEmpty(), Upstream.SpanOrEmpty(), options, ElementLosses, Gradient.SpanOrEmpty(), execution);
    }

    /// <summary>Puts the reduced loss in place and says what a careful user would want to know of it.</summary>
    public void Finish(LossSummary summary, ClassLossRequest request, Evaluation run)
    {
        Denominator.Span[0] = T.CreateTruncating(summary.Denominator);
        if (Gradient is not null && summary.HasFiniteGradient)
        {
            run.KnowsFinite(Gradient);
        }

        if (_unreduced)
        {
            return;
        }

        Losses.Span[0] = T.CreateTruncating(summary.Loss);
        if (summary.Counted == 0 && summary.Denominator == 0)
        {
            run.WarnOfNonFinite($"No element is counted (there are {Elements.Length}, each with label ignore_index {request.IgnoreIndex}), so the mean is 0/0: the loss is NaN and the gradient zero, as in PyTorch.");
        }
        else if (summary.Denominator == 0)
        {
            run.WarnOfNonFinite($"The weights of the {Quantity.Of(summary.Counted, "counted element", "counted elements")} sum to 0, so the mean is divided by 0: loss and gradient are not finite, as in PyTorch.");
        }
    }
}
