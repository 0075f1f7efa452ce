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
        Tile.RequireClasses(view.Count, settings.Operand);
        Require(settings.Operand, scores, view.Length, $"[outer, C, inner] = [{view.Outer}, {view.Count}, {view.Inner}]");
        if (shares)
        {
            Require("labels", labels, view.Length, $"one probability for each of the {settings.Scores}");
        }
        else
        {
            Require("labels", labels, positions, $"one class index for each element, {settings.Scores} without their class axis");
        }

        RequireOrEmpty("weight", weight, view.Count, "one weight for each class");
        RequireOrEmpty("sampleWeight", sampleWeight, positions, "one weight for each element");
        if (settings.Weighting == Weighting.Predictions)
        {
            Require("predictions", predictions, positions, "the predicted class of each element, which weighting = predictions needs");
        }
        else
        {
            Require("predictions", predictions, 0, "none, as weighting = labels reads no predictions");
        }

        bool each = settings.Reduction == Reduction.None;
        RequireOrEmpty("upstream", upstream, each ? positions : 1, each ? "one for each element's loss" : "one for the one reduced loss");
        Require("losses", losses, each ? positions : 0, each ? "one for each element" : "none, as the losses are reduced");
        RequireOrEmpty("gradient", gradient, view.Length, $"one for each of the {settings.Scores}");
    }

    /// <summary>The error for a label that is not a class.</summary>
    public static OperandException NotAClass(LabelledLossSettings settings, int label, int classes, int position) => new(
        "labels",
        $"{label} is not a class: {settings.Scores} have {Range(classes, "labels")}, or ignore_index ({settings.IgnoreIndex}).",
        position);

    /// <summary>The error for a prediction that is not a class.</summary>
    public static OperandException NotAPrediction(LabelledLossSettings settings, int prediction, int classes, int position) => new(
        "predictions",
        $"{prediction} is not a class: {settings.Scores} have {Range(classes, "predictions")}.",
        position);

    private static string Range(int classes, string values) => classes switch
    {
        0 => $"no classes, so {values} cannot be any",
        1 => $"1 class, so {values} are 0",
        _ => $"{classes} classes, so {values} run from 0 to {classes - 1}",
    };

    private static void Require(string operand, int found, int expected, string meaning)
    {
        if (found != expected)
        {
            throw new OperandException(operand, $"{found} values were found where {expected} were expected: {meaning}.");
        }
    }

    private static void RequireOrEmpty(string operand, int found, int expected, string meaning)
    {
        if (found != 0)
        {
            Require(operand, found, expected, meaning);
        }
    }
}
