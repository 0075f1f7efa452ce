using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GradService.Numerics.Losses;

/// <summary>A few labels looked at together: nearly always none of them is ignored.</summary>
internal static unsafe class LabelBlock
{
    /// <summary>The labels in a block.</summary>
    public const int Count = 8;

    // As many as two vectors hold, in which a machine finds those of all labels at once.
    private const int LeastTable = 16;

    /// <summary>The room for a table that <see cref="LookUp"/> reads.</summary>
    public static int TableLength(int classes) => Math.Max(LeastTable, classes);

    /// <summary>Whether each of a block's labels is a class and none is the ignored one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllCount(int* labels, int classes, int ignore)
    {
        var block = Vector256.Load(labels);
        Vector256<int> counts = Vector256.LessThan(block.AsUInt32(), Vector256.Create((uint)classes)).AsInt32() & ~Vector256.Equals(block, Vector256.Create(ignore));
        return counts == Vector256<int>.AllBitsSet;
    }

    /// <summary>What a table says of each of a block's labels.</summary>
    /// <param name="labels">The labels, all of them classes.</param>
    /// <param name="table">A number for each class, and any others up to <see cref="TableLength"/> of them.</param>
    /// <param name="classes">How many classes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> LookUp(int* labels, double* table, int classes) => Avx512F.IsSupported && classes <= LeastTable
        ? Avx512F.PermuteVar8x64x2(Vector512.Load(table), Avx512F.ConvertToVector512Int64(Vector256.Load(labels)), Vector512.Load(table + 8))
        : Vector512.Create(
            table[labels[0]], table[labels[1]], table[labels[2]], table[labels[3]], table[labels[4]], table[labels[5]], table[labels[6]], table[labels[7]]);
}
