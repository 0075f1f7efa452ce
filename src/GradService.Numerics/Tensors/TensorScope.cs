using System.Buffers;
using System.Runtime.InteropServices;

namespace GradService.Numerics.Tensors;

/// <summary>
/// The memory of one piece of work, such as a request: tensors are rented from it, charged to a budget before memory is taken,
/// and all go back to the pool together when the scope is disposed. Not for use by two threads at once.
/// </summary>
/// <param name="budget">What the scope's memory is charged to.</param>
public sealed class TensorScope(MemoryBudget budget) : IDisposable
{
    private readonly List<(byte[] Array, long Charge)> _rented = [];
    private long _charged;

    /// <summary>The bytes charged so far.</summary>
    public long Charged => _charged;

    /// <summary>Rents a tensor. Its elements are undefined.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="shape">Its shape.</param>
    /// <exception cref="MemoryBudgetException">The budget has no room for it.</exception>
    public Tensor<T> Rent<T>(Shape shape)
        where T : unmanaged =>
        new(shape, RentBytes((long)shape.Length * ElementTypes.Of<T>().Size()));

    /// <summary>A scalar tensor.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="value">Its one element.</param>
    public Tensor<T> Scalar<T>(T value)
        where T : unmanaged
    {
        Tensor<T> scalar = Rent<T>(Shape.Scalar);
        scalar.Span[0] = value;
        return scalar;
    }

    /// <summary>Rents plain bytes. Their content is undefined.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="MemoryBudgetException">The budget, or an array, has no room for so many.</exception>
    public Memory<byte> RentBytes(long count)
    {
        if (count > Array.MaxLength)
        {
            throw new MemoryBudgetException(count, Math.Min(budget.Limit, Array.MaxLength));
        }

        budget.Take(count);
        _charged += count;
        byte[] array = ArrayPool<byte>.Shared.Rent((int)count);
        _rented.Add((array, count));
        return array.AsMemory(0, (int)count);
    }

    /// <summary>Gives one rental back before the scope ends.</summary>
    /// <param name="rented">What <see cref="RentBytes"/> gave, or a slice of it.</param>
    public void Return(ReadOnlyMemory<byte> rented)
    {
        if (!MemoryMarshal.TryGetArray(rented, out ArraySegment<byte> segment))
        {
            return;
        }

        int at = _rented.FindLastIndex(rental => rental.Array == segment.Array);
        if (at >= 0)
        {
            (byte[] array, long charge) = _rented[at];
            _rented.RemoveAt(at);
            ArrayPool<byte>.Shared.Return(array);
            budget.Return(charge);
            _charged -= charge;
        }
    }

    /// <summary>Gives all memory back. Tensors rented from the scope must not be touched afterwards.</summary>
    public void Dispose()
    {
        foreach ((byte[] array, _) in _rented)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        _rented.Clear();
        budget.Return(_charged);
        _charged = 0;
    }
}
