namespace GradService.Numerics.Similarity;

/// <summary>The rules of stride, dilation and padding, and the axes that come of them.</summary>
internal static class SlidingRules
{
    /// <summary>The two axes along which a kernel slides.</summary>
    /// <param name="height">The input's rows.</param>
    /// <param name="width">The input's columns.</param>
    /// <param name="kernelHeight">The kernel's rows.</param>
    /// <param name="kernelWidth">The kernel's columns.</param>
    /// <param name="options">How it slides.</param>
    /// <param name="kernel">The name of the operand that slides.</param>
    /// <exception cref="OperandException">A step is out of range, or the kernel is larger than the padded input.</exception>
    public static (SlidingAxis Rows, SlidingAxis Columns) Axes(int height, int width, int kernelHeight, int kernelWidth, CrossCorrelationOptions options, string kernel)
    {
        if (kernelHeight < 1 || kernelWidth < 1)
        {
            throw new OperandException(kernel, $"It is {kernelHeight} x {kernelWidth}; it must have at least one row and one column.");
        }

        (int strideRows, int strideColumns) = Pair(options.Stride, 1, "stride");
        (int dilationRows, int dilationColumns) = Pair(options.Dilation, 1, "dilation");
        var rows = new SlidingAxis(height, kernelHeight, strideRows, dilationRows);
        var columns = new SlidingAxis(width, kernelWidth, strideColumns, dilationColumns);
        if (options.Rule == PaddingRule.Same && (strideRows != 1 || strideColumns != 1))
        {
            throw new OperandException(
                "padding",
                $"\"same\" was found with a stride of [{strideRows}, {strideColumns}]; expected a stride of 1, as an output of the input's size has a position for each of the input's. Give the padding in numbers.");
        }

        (rows, columns) = options.Rule switch
        {
            PaddingRule.Same => (Same(rows), Same(columns)),
            PaddingRule.Valid => (rows, columns),
            _ => Explicit(rows, columns, options.Padding),
        };
        Fits(rows, "rows", kernel);
        Fits(columns, "columns", kernel);
        return (rows, columns);
    }

    private static (SlidingAxis Rows, SlidingAxis Columns) Explicit(SlidingAxis rows, SlidingAxis columns, IReadOnlyList<long> padding)
    {
        if (padding.Count == 4)
        {
            Within(padding, 0, "padding");
            return (
                rows with { Before = (int)padding[0], After = (int)padding[1] },
                columns with { Before = (int)padding[2], After = (int)padding[3] });
        }

        if (padding.Count is < 1 or > 2)
        {
            throw new OperandException("padding", $"{padding.Count} numbers were found; expected one, two ([rows, columns]) or four ([top, bottom, left, right]).");
        }

        (int alongRows, int alongColumns) = Pair(padding, 0, "padding");
        return (rows with { Before = alongRows, After = alongRows }, columns with { Before = alongColumns, After = alongColumns });
    }

    private static SlidingAxis Same(SlidingAxis axis)
    {
        long all = axis.Extent - 1;
        if (all > int.MaxValue)
        {
            throw new OperandException("dilation", $"With {axis.Kernel} taps {axis.Dilation} apart the kernel spans more than {int.MaxValue} positions.");
        }

        return axis with { Before = (int)(all / 2), After = (int)(all - (all / 2)) };
    }

    private static (int Rows, int Columns) Pair(IReadOnlyList<long> steps, int least, string operand)
    {
        if (steps.Count is < 1 or > 2)
        {
            throw new OperandException(operand, $"{steps.Count} numbers were found; expected one, or two: [rows, columns].");
        }

        Within(steps, least, operand);
        return ((int)steps[0], (int)steps[^1]);
    }

    private static void Within(IReadOnlyList<long> steps, int least, string operand)
    {
        foreach (long step in steps)
        {
            if (step < least || step > int.MaxValue)
            {
                throw new OperandException(operand, $"{step} was found; expected an integer from {least} to {int.MaxValue}.");
            }
        }
    }

    private static void Fits(SlidingAxis axis, string which, string kernel)
    {
        long padded = (long)axis.Input + axis.Before + axis.After;
        if (axis.Extent > padded)
        {
            string dilated = axis.Dilation > 1 ? $", {axis.Extent} with {axis.Dilation} from one to the next" : string.Empty;
            throw new OperandException(
                kernel,
                $"It has {axis.Kernel} {which}{dilated}, and the input {padded}, padding included: it cannot lie on it. Pad the input, or send a smaller {kernel}.");
        }
    }
}
