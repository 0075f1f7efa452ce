using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.InferenceProtocol;

/// <summary>The one input that a body of nothing but bytes stands for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its datatype; not BYTES.</param>
/// <param name="Dimensions">The lengths of its axes, at most one of them -1: that one is read off the number of bytes.</param>
/// <remarks>Source: Triton Inference Server, "Binary Tensor Data Extension", raw binary request.</remarks>
internal readonly record struct RawInput(string Name, ElementType Datatype, IReadOnlyList<long> Dimensions)
{
    /// <summary>The shape of so many bytes.</summary>
    /// <exception cref="BodyException">400: they do not fill such a shape; 413: more elements than the limit.</exception>
    public Shape ShapeOf(int bytes, int maxElements)
    {
        long unit = Datatype.Size();
        foreach (long axis in Dimensions.Where(axis => axis >= 0))
        {
            unit = Math.Min(unit * axis, int.MaxValue);
        }

        bool open = Dimensions.Contains(-1);
        if (open ? unit == 0 || bytes % unit != 0 : bytes != unit)
        {
            string what = Dimensions is [-1] ? $"{Datatype}" : $"{Datatype} of shape [{string.Join(", ", Dimensions)}]";
            throw new BodyException("$", $"Input '{Name}': expected {(open ? "a multiple of " : string.Empty)}{unit} bytes, as a raw body holds {what}; received {bytes}.", BodyException.Malformed);
        }

        int elements = bytes / Datatype.Size();
        if (elements > maxElements)
        {
            throw new BodyException(Name, $"The tensor has {elements} elements; the limit is {maxElements}.", BodyException.OverLimit);
        }

        int length = (int)(open ? bytes / unit : 0);
        return new Shape([.. Dimensions.Select(axis => axis < 0 ? length : (int)axis)]);
    }
}
