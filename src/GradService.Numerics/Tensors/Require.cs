namespace GradService.Numerics.Tensors;

/// <summary>The rules about shapes that ops share, each saying what was found and what was expected.</summary>
public static class Require
{
    /// <summary>Views a tensor along its class axis.</summary>
    /// <param name="shape">The tensor's shape, at least one axis.</param>
    /// <param name="operand">The tensor's parameter name.</param>
    /// <param name="axis">From 0, or from -1 backwards.</param>
    /// <param name="axisOperand">The parameter name of the axis.</param>
    /// <exception cref="OperandException">The tensor is a scalar, or has no such axis.</exception>
    public static AxisView Axis(Shape shape, string operand, int axis, string axisOperand)
    {
        if (shape.Rank == 0)
        {
            throw new OperandException(operand, "A single number was found; expected a tensor with at least one axis, such as [C].");
        }

        if (axis < -shape.Rank || axis >= shape.Rank)
        {
            throw new OperandException(
                axisOperand,
                $"{axis} is not an axis: {Words(operand)} {shape} has {Quantity.Of(shape.Rank, "axis", "axes")}, so it runs from {-shape.Rank} to {shape.Rank - 1}.");
        }

        return AxisView.Along(shape, axis);
    }

    /// <summary>The operand has exactly the expected shape.</summary>
    /// <param name="found">Its shape.</param>
    /// <param name="operand">Its parameter name.</param>
    /// <param name="expected">The shape it should have.</param>
    /// <param name="reason">Where that shape comes from, to follow "expected [..], ".</param>
    /// <exception cref="OperandException">The shapes differ.</exception>
    public static void Shape(Shape found, string operand, Shape expected, string reason)
    {
        if (found != expected)
        {
            throw new OperandException(operand, $"Shape {found} was found; expected {expected}, {reason}.");
        }
    }

    /// <summary>The operand can be repeated along axes of length 1 until it has the expected shape.</summary>
    /// <param name="found">Its shape.</param>
    /// <param name="operand">Its parameter name.</param>
    /// <param name="expected">The shape to broadcast to.</param>
    /// <param name="reason">Where that shape comes from, to follow "expected [..], ".</param>
    /// <exception cref="OperandException">It cannot.</exception>
    public static void BroadcastsTo(Shape found, string operand, Shape expected, string reason)
    {
        if (!found.BroadcastsTo(expected))
        {
            throw new OperandException(
                operand,
                $"Shape {found} was found; expected {expected}, {reason}, or a shape that broadcasts to it (axes aligned from the last, each equal or 1).");
        }
    }

    /// <summary>The operand has one of the expected numbers of axes.</summary>
    /// <param name="found">Its shape.</param>
    /// <param name="operand">Its parameter name.</param>
    /// <param name="least">The fewest axes.</param>
    /// <param name="most">The most axes.</param>
    /// <param name="form">The shapes as documented: <c>[B, S] or [S]</c>.</param>
    /// <exception cref="OperandException">It has fewer or more.</exception>
    public static void Rank(Shape found, string operand, int least, int most, string form)
    {
        if (found.Rank < least || found.Rank > most)
        {
            throw new OperandException(operand, $"Shape {found} has {Quantity.Of(found.Rank, "axis", "axes")}; expected {form}.");
        }
    }

    /// <summary>A shape with axes added at its end, refused where it would hold more elements than any tensor can.</summary>
    /// <param name="shape">The axes before.</param>
    /// <param name="operand">The parameter name of what the result is too large for.</param>
    /// <param name="added">The lengths to add.</param>
    /// <exception cref="OperandException">The result would be too large.</exception>
    public static Shape Product(Shape shape, string operand, params ReadOnlySpan<int> added)
    {
        System.Numerics.BigInteger length = shape.Length;
        foreach (int axis in added)
        {
            length *= axis;
        }

        if (length > int.MaxValue || shape.Rank + added.Length > Tensors.Shape.MaxRank)
        {
            throw new OperandException(
                operand,
                $"The answer would have {length} elements on {Quantity.Of(shape.Rank + added.Length, "axis", "axes")}; at most {int.MaxValue} on {Tensors.Shape.MaxRank} are possible. Send less at once.");
        }

        return new Shape([.. shape.Lengths, .. added]);
    }

    /// <summary>The operand has so many elements.</summary>
    internal static void Length(string operand, int found, int expected, string meaning)
    {
        if (found != expected)
        {
            throw new OperandException(
                operand, $"{Quantity.Of(found, "value was", "values were")} found where {Quantity.Of(expected, "was", "were")} expected: {meaning}.");
        }
    }

    /// <summary>The operand is left out, or has so many elements.</summary>
    internal static void LengthOrNone(string operand, int found, int expected, string meaning)
    {
        if (found != 0)
        {
            Length(operand, found, expected, meaning);
        }
    }

    private static string Words(string operand) =>
        string.Concat(operand.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : letter.ToString()));
}
