using GradService.Wire;

namespace GradService.Catalog;

/// <summary>The shape of a tensor member as its documentation writes it: <c>[.., C, ..]</c>.</summary>
/// <param name="text">Axis names in brackets; several forms are parted by "or".</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ShapeAttribute(string text) : Attribute
{
    /// <summary>The shape as written.</summary>
    public string Text => text;
}

/// <summary>What a request tensor holds; without it, floating-point numbers in the request's dtype.</summary>
/// <param name="kind">The kind of elements.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ElementsAttribute(TensorKind kind) : Attribute
{
    /// <summary>The kind of elements.</summary>
    public TensorKind Kind => kind;
}

/// <summary>An input that the operation differentiates by. The answer's member <c>grad_{name}</c> holds the gradient.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DifferentiableAttribute : Attribute
{
    /// <summary>The C# name of the response member with the gradient, where it is not <c>Grad{Name}</c>.</summary>
    public string? Gradient { get; init; }
}

/// <summary>A value that is not finite and yet an ordinary one of an output, so that no warning is given of it.</summary>
/// <param name="value">NaN or an infinity.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OrdinaryAttribute(double value) : Attribute
{
    /// <summary>NaN or an infinity.</summary>
    public double Value => value;
}

/// <summary>The response tensor whose sum, weighted by <c>upstream</c>, the gradients are those of: the loss, or the values.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ObjectiveAttribute : Attribute;
