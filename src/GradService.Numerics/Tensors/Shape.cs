using System.Globalization;

namespace GradService.Numerics.Tensors;

/// <summary>The lengths of a tensor's axes, outermost first; <c>[]</c> is the shape of a scalar. Row-major throughout.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The most axes a tensor may have.</summary>
    public const int MaxRank = 16;

    private readonly int[]? _lengths;

    /// <summary>Makes a shape of the given lengths.</summary>
    /// <param name="lengths">Axis lengths, each at least 0, outermost first.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative, there are more than <see cref="MaxRank"/>, or their product exceeds <see cref="int.MaxValue"/>.</exception>
    public Shape(params ReadOnlySpan<int> lengths)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengths.Length, MaxRank, nameof(lengths));
        long length = 1;
        foreach (int axis in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(axis, nameof(lengths));
            length = Math.Min(length * axis, int.MaxValue + 1L);
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, int.MaxValue, nameof(lengths));
        _lengths = lengths.ToArray();
        Length = (int)length;
    }

    /// <summary>The shape of a scalar: no axes, one element.</summary>
    public static Shape Scalar => default;

    /// <summary>The axis lengths, outermost first.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>The number of axes.</summary>
    public int Rank => _lengths?.Length ?? 0;

    /// <summary>The number of elements: the product of the lengths, 1 for a scalar.</summary>
    public int Length => _lengths is null ? 1 : field;

    /// <summary>The length of one axis.</summary>
    /// <param name="axis">From 0, or from -1 backwards.</param>
    public int this[int axis] => _lengths![axis < 0 ? axis + Rank : axis];

    /// <summary>Compares the lengths.</summary>
    /// <param name="left">A shape.</param>
    /// <param name="right">Another.</param>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Compares the lengths.</summary>
    /// <param name="left">A shape.</param>
    /// <param name="right">Another.</param>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>This shape with one axis left out.</summary>
    /// <param name="axis">From 0, or from -1 backwards.</param>
    public Shape Without(int axis)
    {
        int at = axis < 0 ? axis + Rank : axis;
        return new Shape([.. Lengths[..at], .. Lengths[(at + 1)..]]);
    }

    /// <summary>This shape with one more axis at the end.</summary>
    /// <param name="length">The length of the new axis.</param>
    public Shape Append(int length) => new([.. Lengths, length]);

    /// <summary>The index along each axis of the element at a flat, row-major position.</summary>
    /// <param name="position">From 0 to <see cref="Length"/> - 1.</param>
    public int[] Unravel(int position)
    {
        var index = new int[Rank];
        for (int axis = Rank - 1; axis >= 0; axis--)
        {
            (position, index[axis]) = Math.DivRem(position, Math.Max(1, this[axis]));
        }

        return index;
    }

    /// <summary>Whether a tensor of this shape can be read as one of another by repeating axes of length 1, as NumPy broadcasts.</summary>
    /// <param name="target">The shape to broadcast to.</param>
    public bool BroadcastsTo(Shape target)
    {
        if (Rank > target.Rank)
        {
            return false;
        }

        for (int axis = 1; axis <= Rank; axis++)
        {
            if (this[^axis] != target[^axis] && this[^axis] != 1)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The length of one axis.</summary>
    /// <param name="axis">From the start, or from the end.</param>
    public int this[Index axis] => Lengths[axis];

    /// <inheritdoc/>
    public bool Equals(Shape other) => Lengths.SequenceEqual(other.Lengths);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (int length in Lengths)
        {
            hash.Add(length);
        }

        return hash.ToHashCode();
    }

    /// <summary>The shape as people write it: <c>[4, 256, 256, 12]</c>.</summary>
    public override string ToString() =>
        $"[{string.Join(", ", Lengths.ToArray().Select(length => length.ToString(CultureInfo.InvariantCulture)))}]";
}
