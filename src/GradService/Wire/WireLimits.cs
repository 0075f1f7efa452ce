using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>What a body may ask of the reader.</summary>
/// <param name="MaxDepth">The deepest nesting of arrays and objects, the body's own braces counted; 1 to 1,024.</param>
/// <param name="MaxElements">The most elements in one tensor.</param>
internal readonly record struct WireLimits(int MaxDepth, int MaxElements)
{
    /// <summary>The threads that may read one tensor; what is read does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The least bytes of text that are worth a second thread.</summary>
    public int LongText { get; init; } = 1 << 20;

    /// <summary>64 levels, and as many elements as a <see cref="Shape"/> can count.</summary>
    public static WireLimits Default => new(64, int.MaxValue);
}
