using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GradService.Numerics.Vectors;

/// <summary>FP64 working memory of one chunk, from the pool, pinned, and aligned so that no vector straddles two cache lines.</summary>
internal unsafe ref struct Scratch : IDisposable
{
    private const int LineBytes = 64;
    private readonly double[] _rented;
    private readonly GCHandle _pin;
    private double* _next;

    /// <summary>Rents room for so many numbers, in so many parts.</summary>
    public Scratch(long count, int parts)
    {
        _rented = ArrayPool<double>.Shared.Rent(checked((int)(count + ((parts + 1) * (LineBytes / sizeof(double))))));
        _pin = GCHandle.Alloc(_rented, GCHandleType.Pinned);
        _next = Aligned((double*)_pin.AddrOfPinnedObject());
    }

    /// <summary>The next part. Its content is undefined.</summary>
    public double* Take(long count)
    {
        double* taken = _next;
        _next = Aligned(_next + count);
        return taken;
    }

    /// <summary>Gives the memory back.</summary>
    public readonly void Dispose()
    {
        _pin.Free();
        ArrayPool<double>.Shared.Return(_rented);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double* Aligned(double* at) => (double*)(((nuint)at + (LineBytes - 1)) & ~(nuint)(LineBytes - 1));
}
