using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GradService.Numerics.Tensors;

namespace GradService.Wire;

/// <summary>Rented memory that grows with the elements read into it, guessing from the text how many are to come.</summary>
/// <param name="scope">What the memory is rented from.</param>
/// <param name="limits">Limits.</param>
/// <param name="path">The JSON path of the tensor.</param>
/// <param name="expected">How many elements a declared shape promises, or -1.</param>
internal struct ElementMemory(TensorScope scope, WireLimits limits, string path, int expected)
{
    /// <summary>From so many elements on, their density in the text tells how many are to come.</summary>
    public const int SampleRoom = 4096;

    private const int FirstRoom = 64;

    private Memory<byte> _memory;

    /// <summary>How many elements are filled.</summary>
    public int Count;

    /// <summary>The bytes of all elements that there is room for.</summary>
    public readonly Memory<byte> Bytes => _memory;

    /// <summary>All elements that there is room for.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public readonly Span<T> Room<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_memory.Span);

    /// <summary>Makes room for more elements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="read">How many bytes of text the elements so far took.</param>
    /// <param name="left">How many bytes of text are left.</param>
    /// <exception cref="BodyException">There are as many elements as the limits allow.</exception>
    public void Grow<T>(long read, long left)
        where T : unmanaged
    {
        if (Count >= limits.MaxElements)
        {
            throw new BodyException(path, $"The tensor has more than {limits.MaxElements} elements, which is the limit.", BodyException.OverLimit);
        }

        // An element takes at least two bytes of text, its comma or bracket counted.
        long most = Count + (left / 2) + 1;
        long room = Count == 0
            ? (expected >= 0 ? expected : FirstRoom)
            : Math.Max(Count + (long)(left * ((double)Count / read) * 1.03) + 16, (Count * 5L / 4) + 16);
        if (expected < 0 && Count < SampleRoom)
        {
            room = Math.Min(room, SampleRoom);
        }

        room = Math.Min(Math.Min(Math.Max(room, 1), most), limits.MaxElements);
        int size = ElementTypes.Of<T>().Size();
        _memory = _memory.IsEmpty ? scope.RentBytes(room * size) : scope.Resize(_memory, room * size, Count * size);
    }

    /// <summary>Sees to it that there is room for one element of any type.</summary>
    public void MakeRoomForOne() => _memory = _memory.IsEmpty ? scope.RentBytes(sizeof(ulong)) : _memory;

    /// <summary>Turns what was read so far into another element type, to go on with that.</summary>
    /// <typeparam name="TFrom">An integer type.</typeparam>
    /// <typeparam name="TTo">A type that holds its values, rounded if it is a floating one.</typeparam>
    public void Convert<TFrom, TTo>()
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo>
    {
        Memory<byte> from = _memory;
        int room = from.Length / Unsafe.SizeOf<TFrom>();
        _memory = scope.RentBytes((long)room * Unsafe.SizeOf<TTo>());
        ReadOnlySpan<TFrom> source = MemoryMarshal.Cast<byte, TFrom>(from.Span)[..Count];
        Span<TTo> target = MemoryMarshal.Cast<byte, TTo>(_memory.Span);
        for (int index = 0; index < source.Length; index++)
        {
            target[index] = TTo.CreateTruncating(source[index]);
        }

        if (room > 0)
        {
            scope.GiveBack(from);
        }
    }

    /// <summary>The elements' bytes and no more.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public Memory<byte> Finish<T>()
        where T : unmanaged
    {
        int bytes = Count * ElementTypes.Of<T>().Size();
        _memory = _memory.IsEmpty ? scope.RentBytes(bytes) : scope.Resize(_memory, bytes, bytes);
        return _memory;
    }
}
