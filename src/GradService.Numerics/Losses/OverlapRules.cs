using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Losses;

/// <summary>What the operands and options of an overlap loss, and of the Lovasz loss, must be.</summary>
internal static class OverlapRules
{
    /// <summary>Refuses options out of range and combinations that make no sense.</summary>
    public static void RequireOptions(OverlapOptions options, AxisView view, bool hard)
    {
        NotNegative("smooth", options.Smooth);
        NotNegative("alpha", options.Alpha);
        NotNegative("beta", options.Beta);
        RequireView(view, options.Images, options.Average == OverlapAverage.PerImage);
        if (!options.IncludeBackground && view.Count == 1)
        {
            throw new OperandException("includeBackground", "include_background is false, but class 0 is the only class of the logits, so nothing is left to compare.");
        }

        if (!hard && options.IgnoreIndex >= 0)
        {
            throw new OperandException(
                "ignoreIndex",
                $"ignore_index is {options.IgnoreIndex}, but the labels are class probabilities, which no index can mark. Leave ignore_index out, or send class indices.");
        }
    }

    /// <summary>Refuses a tensor with no classes or too many, or with images that do not divide it.</summary>
    public static void RequireView(AxisView view, int images, bool perImage)
    {
        if (view.Count == 0)
        {
            throw new OperandException("logits", "The logits have no classes along their class axis; expected at least 1.");
        }

        Tile.RequireClasses(view.Count, "logits");
        if (perImage && (images < 0 || (images == 0 ? view.Positions != 0 : view.Positions % images != 0)))
        {
            throw new OperandException("images", $"{view.Positions} elements cannot be parted evenly into {images} images.");
        }
    }

    /// <summary>Refuses operands whose lengths do not fit the logits.</summary>
    public static void RequireLengths(
        OverlapOptions options, AxisView view, int logits, int labels, bool hard, int upstream, int perClass, int expectedPerClass, int kept, int gradient)
    {
        Require.Length("logits", logits, view.Length, $"[outer, C, inner] = [{view.Outer}, {view.Count}, {view.Inner}]");
        Require.Length("labels", labels, hard ? view.Positions : view.Length, hard ? "one class index for each element, logits without their class axis" : "one probability for each of the logits");
        int losses = options.Average == OverlapAverage.None ? kept : 1;
        Require.LengthOrNone("upstream", upstream, losses, losses == kept ? "one for each class's loss" : "one for the one reduced loss");
        Require.Length("perClass", perClass, expectedPerClass, "one for each class, and each image where they are averaged last");
        Require.LengthOrNone("gradient", gradient, view.Length, "one for each of the logits");
    }

    /// <summary>Counts the labels that are not ignored, and refuses one that is no class.</summary>
    public static long CountLabels(ReadOnlySpan<int> labels, int classes, int ignoreIndex)
    {
        long counted = 0;
        for (int at = 0; at < labels.Length; at++)
        {
            int label = labels[at];
            if (label == ignoreIndex)
            {
                continue;
            }

            if ((uint)label >= (uint)classes)
            {
                throw new OperandException("labels", $"{label} is not a class: logits have {Quantity.Numbered(classes, "class", "classes", "labels")}, or ignore_index ({ignoreIndex}).", at);
            }

            counted++;
        }

        return counted;
    }

    private static void NotNegative(string operand, double value)
    {
        if (!(value >= 0 && double.IsFinite(value)))
        {
            throw new OperandException(operand, $"{operand} is {value}; it must be a finite number of at least 0.");
        }
    }
}
