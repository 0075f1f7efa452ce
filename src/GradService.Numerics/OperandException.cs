namespace GradService.Numerics;

/// <summary>
/// The one "your operand is wrong" error. Thrown before any result is written; whoever called with the operand can mend it.
/// Every other exception out of this library is a defect of the library.
/// </summary>
public sealed class OperandException : Exception
{
    /// <summary>Says what is wrong with an operand.</summary>
    /// <param name="operand">The C# name of the parameter: <c>sampleWeight</c>.</param>
    /// <param name="message">A sentence: what was found, what was expected and, where one is likely, the fix.</param>
    /// <param name="position">The flat, row-major position of the offending element, or -1 when it is the operand as a whole.</param>
    /// <param name="axes">How many of the operand's axes, the outermost first, name the place: 1 for a row that is wrong as a whole.</param>
    public OperandException(string operand, string message, int position = -1, int axes = int.MaxValue)
        : base(message)
    {
        Operand = operand;
        Position = position;
        Axes = axes;
    }

    /// <summary>The C# name of the parameter that is wrong.</summary>
    public string Operand { get; }

    /// <summary>The flat, row-major position of the offending element, or -1 when it is the operand as a whole.</summary>
    public int Position { get; }

    /// <summary>How many of the operand's axes, the outermost first, name the place: 1 for a row that is wrong as a whole; all or more for an element.</summary>
    public int Axes { get; }
}
