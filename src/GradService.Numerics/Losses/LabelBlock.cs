using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GradService.Numerics.Losses;

/// <summary>A few labels looked at together: nearly always none of them is ignored.</summary>
internal static unsafe class LabelBlock
{
    /// <summary>The labels in a block.</summary>
    public const int Count = 8;

    /// <summary>Whether each of a block's labels is a class and none is the ignored one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllCount(int* labels, int classes, int ignore)
    {
        var block = Vector256.Load(labels);
        Vector256<int> counts = Vector256.LessThan(block.AsUInt32(), Vector256.Create((uint)classes)).AsInt32() & ~Vector256.Equals(block, Vector256.Create(ignore));
        return counts == Vector256<int>.AllBitsSet;
    }
}
