using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>What the operands and options of a labelled loss must be: everything but the values of labels and predictions.</summary>
internal static class LabelledLossRules
{
    /// <summary>Refuses options out of range and combinations that make no sense.</summary>
    public static void RequireOptions(LabelledLossSettings settings, bool shares)
    {
        if (!(settings.LabelSmoothing is >= 0 and <= 1))
        {
            throw new OperandException("labelSmoothing", $"label_smoothing is {settings.LabelSmoothing}; it must be from 0 to 1.");
        }

        if (!(settings.Epsilon is > 0 and < 0.5))
        {
            throw new OperandException("epsilon", $"epsilon is {settings.Epsilon}; it must be above 0 and below 0.5, as probabilities are clipped to [epsilon, 1 - epsilon].");
        }

        if (!(settings.Gamma >= 0 && double.IsFinite(settings.Gamma)))
        {
            throw new OperandException("gamma", $"gamma is {settings.Gamma}; it must be a finite number of at least 0: 0 is cross-entropy, 2 the usual focal loss.");
        }

        if (settings.Examples < 0)
        {
            throw new OperandException("examples", $"examples is {settings.Examples}; it is a length, so at least 0.");
        }

        if (shares && settings.IgnoreIndex >= 0)
        {
            throw new OperandException(
                "ignoreIndex",
                $"ignore_index is {settings.IgnoreIndex}, but the labels are class probabilities, which no index can mark. Leave ignore_index out, or give elements to leave out a sample_weight of 0.");
        }

        if (settings is { Form: not ScoreForm.Logits, ApplyTo: ApplyTo.Logits })
        {
            throw new OperandException("applyTo", "apply_to is logits, but the scores are probabilities. Send logits with from = logits, or use apply_to = loss.");
        }
    }

    /// <summary>Refuses operands whose lengths do not fit the scores.</summary>
    public static void RequireLengths(
        LabelledLossSettings settings,
        AxisView view,
        bool shares,
        int scores,
        int labels,
        int weight,
        int sampleWeight,
        int predictions,
        int upstream,
        int losses,
        int gradient)
    {
        int positions = view.Positions;
        if (view.Count == 0)
        {
            throw new OperandException(settings.Operand, $"The {settings.Scores} have no classes along their class axis; expected at least 1. An empty batch has the shape [0, C].");
        }

        Tile.RequireClasses(view.Count, settings.Operand);
        Require.Length(settings.Operand, scores, view.Length, $"[outer, C, inner] = [{view.Outer}, {view.Count}, {view.Inner}]");
        if (shares)
        {
            Require.Length("labels", labels, view.Length, $"one probability for each of the {settings.Scores}");
        }
        else
        {
            Require.Length("labels", labels, positions, $"one class index for each element, {settings.Scores} without their class axis");
        }

        Require.LengthOrNone("weight", weight, view.Count, "one weight for each class");
        Require.LengthOrNone("sampleWeight", sampleWeight, positions, "one weight for each element");
        if (settings.Weighting == Weighting.Predictions)
        {
            Require.Length("predictions", predictions, positions, "the predicted class of each element, which weighting = predictions needs");
        }
        else
        {
            Require.Length("predictions", predictions, 0, "none, as weighting = labels reads no predictions");
        }

        bool each = settings.Reduction == Reduction.None;
        Require.LengthOrNone("upstream", upstream, each ? positions : 1, each ? "one for each element's loss" : "one for the one reduced loss");
        Require.Length("losses", losses, each ? positions : 0, each ? "one for each element" : "none, as the losses are reduced");
        Require.LengthOrNone("gradient", gradient, view.Length, $"one for each of the {settings.Scores}");
    }

    /// <summary>The error for a label that is not a class.</summary>
    public static OperandException NotAClass(LabelledLossSettings settings, int label, int classes, int position) => new(
        "labels",
        $"{label} is not a class: {settings.Scores} have {Quantity.Numbered(classes, "class", "classes", "labels")}, or ignore_index ({settings.IgnoreIndex}).",
        position);

    /// <summary>The error for a prediction that is not a class.</summary>
    public static OperandException NotAPrediction(LabelledLossSettings settings, int prediction, int classes, int position) => new(
        "predictions",
        $"{prediction} is not a class: {settings.Scores} have {Quantity.Numbered(classes, "class", "classes", "predictions")}.",
        position);
}
