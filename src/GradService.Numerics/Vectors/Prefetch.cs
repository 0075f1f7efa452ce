using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>
/// Fetches positions of a tensor into the first cache a vector at a time, while others are computed with: a tile is read and written in bursts
/// that the memory would not keep up with. Only a hint; an address outside the tensor does no harm.
/// </summary>
/// <param name="at">The first class of the first position; null for nothing.</param>
/// <param name="byClass">Bytes to the same eight positions of the next class.</param>
/// <param name="byPosition">Bytes to the next position.</param>
internal readonly unsafe struct Prefetch(byte* at, long byClass, long byPosition)
{
    /// <summary>Positions from <paramref name="first"/> on.</summary>
    public static Prefetch Of<T>(T* values, AxisView view, long first)
        where T : unmanaged
    {
        if (values == null)
        {
            return default;
        }

        if (view.Inner == 1)
        {
            // Rows of classes lie side by side: in as many steps as there are classes, eight rows are passed.
            return new Prefetch((byte*)(values + (first * view.Count)), Tile.Lanes * sizeof(T), (long)view.Count * sizeof(T));
        }

        (long outer, long inner) = Math.DivRem(first, view.Inner);
        return new Prefetch((byte*)(values + (outer * view.Count * view.Inner) + inner), (long)view.Inner * sizeof(T), sizeof(T));
    }

    /// <summary>Fetches eight positions of one class.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(int lane, int c)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(at + (lane * byPosition) + (c * byClass));
        }
    }
}
