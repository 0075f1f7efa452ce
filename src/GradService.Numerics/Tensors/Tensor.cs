using System.Runtime.InteropServices;

namespace GradService.Numerics.Tensors;

/// <summary>A row-major tensor over memory that somebody else owns: a rented buffer, or the body of a request.</summary>
public abstract class Tensor
{
    private protected Tensor(Shape shape, ElementType elementType)
    {
        Shape = shape;
        ElementType = elementType;
    }

    /// <summary>The axis lengths.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements.</summary>
    public ElementType ElementType { get; }

    /// <summary>The number of elements.</summary>
    public int Length => Shape.Length;

    /// <summary>The flat position of the first element that is whole by rounding alone, as 0.99999999999 is in FP32: no index; -1 where there is none.</summary>
    public int RoundedFraction { get; init; } = -1;

    /// <summary>The same elements, not copied, in another shape.</summary>
    /// <param name="shape">A shape of as many elements.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public abstract Tensor Reshape(Shape shape);

    /// <summary>The elements' bytes, little-endian and row-major, where they lie; empty for BYTES, which do not lie in one piece.</summary>
    public virtual Memory<byte> Bytes => default;

    /// <summary>Some of the elements, not copied, in a shape of their own.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="from">The flat position of the first.</param>
    public abstract Tensor Part(Shape shape, int from);
}

/// <summary>A tensor of numbers or booleans.</summary>
/// <typeparam name="T">The element type; see <see cref="ElementTypes.Of{T}"/>.</typeparam>
public sealed class Tensor<T> : Tensor
    where T : unmanaged
{
    private readonly Memory<byte> _bytes;

    /// <summary>Wraps little-endian, row-major bytes without copying them. They need not be aligned.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="bytes">Exactly the elements' bytes.</param>
    /// <exception cref="ArgumentException">The byte count is not the shape's.</exception>
    public Tensor(Shape shape, Memory<byte> bytes)
        : base(shape, ElementTypes.Of<T>())
    {
        if (bytes.Length != (long)shape.Length * ElementType.Size())
        {
            throw new ArgumentException($"{bytes.Length} bytes cannot hold {shape} of {ElementType}.", nameof(bytes));
        }

        _bytes = bytes;
    }

    /// <summary>A tensor over a fresh array of its own.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="values">The elements, row-major; copied.</param>
    public Tensor(Shape shape, ReadOnlySpan<T> values)
        : this(shape, MemoryMarshal.AsBytes(values).ToArray())
    {
    }

    /// <inheritdoc/>
    public override Tensor<T> Reshape(Shape shape) => new(shape, _bytes) { RoundedFraction = RoundedFraction };

    /// <inheritdoc/>
    public override Memory<byte> Bytes => _bytes;

    /// <inheritdoc/>
    public override Tensor<T> Part(Shape shape, int from) =>
        new(shape, _bytes.Slice(from * ElementType.Size(), shape.Length * ElementType.Size()));

    /// <summary>The elements, row-major.</summary>
    public Span<T> Span => MemoryMarshal.Cast<byte, T>(_bytes.Span);
}

/// <summary>A tensor of byte strings (OIP's BYTES), such as sentences or class names.</summary>
public sealed class BytesTensor : Tensor
{
    /// <summary>Wraps strings of bytes.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="values">One string of bytes for each element, row-major.</param>
    /// <exception cref="ArgumentException">The number of strings is not the shape's.</exception>
    public BytesTensor(Shape shape, IReadOnlyList<ReadOnlyMemory<byte>> values)
        : base(shape, ElementType.BYTES)
    {
        if (values.Count != shape.Length)
        {
            throw new ArgumentException($"{values.Count} strings cannot fill {shape}.", nameof(values));
        }

        Values = values;
    }

    /// <summary>The strings of bytes, row-major.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Values { get; }

    /// <inheritdoc/>
    public override BytesTensor Reshape(Shape shape) => new(shape, Values);

    /// <inheritdoc/>
    public override BytesTensor Part(Shape shape, int from) => new(shape, [.. Values.Skip(from).Take(shape.Length)]);
}
