using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Vectors;

/// <summary>
/// Fetches positions of a tensor into the first cache a few at a time, while others are computed with: a tile is read and written in bursts
/// that the memory would not keep up with. Only a hint; an address outside the tensor does no harm.
/// </summary>
/// <param name="at">The first class of the first position; null for nothing.</param>
/// <param name="byClass">Bytes to the same positions of the next class; in rows of classes, to the next line.</param>
/// <param name="byPosition">Bytes to the next position.</param>
internal readonly unsafe struct Prefetch(byte* at, long byClass, long byPosition)
{
    private const int LineBytes = 64;

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
            // Rows of classes lie side by side: in as many lines as there are classes, as many rows are passed as a line has room for classes.
            return new Prefetch((byte*)(values + (first * view.Count)), LineBytes, (long)view.Count * sizeof(T));
        }

        (long outer, long inner) = Math.DivRem(first, view.Inner);
        return new Prefetch((byte*)(values + (outer * view.Count * view.Inner) + inner), (long)view.Inner * sizeof(T), sizeof(T));
    }

    /// <summary>How many positions one step of fetching is for: those of a cache line, where positions lie side by side.</summary>
    public static int Positions<T>()
        where T : unmanaged => LineBytes / sizeof(T);

    /// <summary>Fetches one line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>Fetches so many numbers into the second cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(T* first, int count)
        where T : unmanaged
    {
        for (byte* line = (byte*)first; Sse.IsSupported && line < (byte*)(first + count); line += LineBytes)
        {
            Sse.Prefetch1(line);
        }
    }

    /// <summary>Fetches so many positions, from <paramref name="position"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(int position, int classes)
    {
        if (Sse.IsSupported && at != null)
        {
            byte* line = at + (position * byPosition);
            for (int c = 0; c < classes; c++, line += byClass)
            {
                Sse.Prefetch0(line);
            }
        }
    }
}
