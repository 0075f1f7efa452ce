using System.Runtime.InteropServices;

namespace GradService.Numerics.Tensors;

/// <summary>
/// The memory of one piece of work, such as a request: tensors are rented from it, charged to a budget before memory is taken,
/// and all go back to the pool together when the scope is disposed. Not for use by two threads at once.
/// </summary>
/// <param name="budget">What the scope's memory is charged to.</param>
public sealed class TensorScope(MemoryBudget budget) : IDisposable
{
    private readonly List<Rental> _rented = [];
    private long _charged;

    /// <summary>What the scope's memory is charged to.</summary>
    public MemoryBudget Budget => budget;

    /// <summary>The bytes charged so far.</summary>
    public long Charged => _charged;

    /// <summary>Lets go of the large buffers that no scope has used since this was last called. They wait for their next use until then.</summary>
    public static void ReleaseUnused() => ScopeArrays.Large.DropUnused();

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

        Charge(count);
        byte[] array = ScopeArrays.Rent((int)count);
        var rental = new Rental(array, ScopeArrays.AlignedStart(array, (int)count), count);
        _rented.Add(rental);
        return rental.Memory((int)count);
    }

    /// <summary>Charges bytes that lie elsewhere and live as long as the scope, such as what a model has written.</summary>
    /// <param name="bytes">How many, at least 0.</param>
    /// <exception cref="MemoryBudgetException">The budget has no room for them.</exception>
    public void Reserve(long bytes) => Charge(bytes);

    /// <summary>
    /// Makes a rental longer or shorter, and its charge with it, where the length was not known beforehand. The old memory must not
    /// be touched afterwards. An array that would stay less than half used is exchanged for a smaller one.
    /// </summary>
    /// <param name="rented">Memory from <see cref="RentBytes"/> or from this method, whole.</param>
    /// <param name="count">The bytes wanted.</param>
    /// <param name="keep">How many bytes from the start keep their content; the others are undefined.</param>
    /// <returns>The memory to use from now on.</returns>
    /// <exception cref="MemoryBudgetException">The budget, or an array, has no room for so many.</exception>
    /// <exception cref="ArgumentException">The memory was not rented here.</exception>
    public Memory<byte> Resize(Memory<byte> rented, long count, int keep)
    {
        int index = Find(rented);
        Rental old = _rented[index];
        if (count <= old.Array.Length - old.Start && count >= old.Array.Length / 2)
        {
            Charge(count - old.Charge);
            _rented[index] = old with { Charge = count };
            return old.Memory((int)count);
        }

        Memory<byte> fresh = RentBytes(count);
        rented.Span[..keep].CopyTo(fresh.Span);
        GiveBack(rented);
        return fresh;
    }

    /// <summary>Gives one rental back before the scope ends.</summary>
    /// <param name="rented">Memory from <see cref="RentBytes"/> or <see cref="Resize"/>, whole; not to be touched afterwards.</param>
    /// <exception cref="ArgumentException">The memory was not rented here.</exception>
    public void GiveBack(Memory<byte> rented)
    {
        int index = Find(rented);
        Rental rental = _rented[index];
        _rented.RemoveAt(index);
        Charge(-rental.Charge);
        ScopeArrays.Return(rental.Array);
    }

    /// <summary>Gives a tensor's memory back before the scope ends.</summary>
    /// <param name="tensor">A tensor over memory rented here; not to be touched afterwards.</param>
    /// <exception cref="ArgumentException">Its memory was not rented here.</exception>
    public void GiveBack(Tensor tensor) => GiveBack(tensor.Bytes);

    /// <summary>Gives all memory back. Tensors rented from the scope must not be touched afterwards.</summary>
    public void Dispose()
    {
        foreach (Rental rental in _rented)
        {
            ScopeArrays.Return(rental.Array);
        }

        _rented.Clear();
        budget.Return(_charged);
        _charged = 0;
    }

    private void Charge(long bytes)
    {
        if (bytes > 0)
        {
            budget.Take(bytes);
        }
        else
        {
            budget.Return(-bytes);
        }

        _charged += bytes;
    }

    private int Find(Memory<byte> rented)
    {
        // The newest are given back first, so the search starts there.
        if (MemoryMarshal.TryGetArray<byte>(rented, out ArraySegment<byte> segment))
        {
            for (int index = _rented.Count - 1; index >= 0; index--)
            {
                if (ReferenceEquals(_rented[index].Array, segment.Array))
                {
                    return index;
                }
            }
        }

        throw new ArgumentException("The memory was not rented from this scope.", nameof(rented));
    }

    private readonly record struct Rental(byte[] Array, int Start, long Charge)
    {
        public Memory<byte> Memory(int count) => Array.AsMemory(Start, count);
    }
}
