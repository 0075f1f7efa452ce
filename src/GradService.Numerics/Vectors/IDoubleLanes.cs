using System.Numerics;

namespace GradService.Numerics.Vectors;

/// <summary>
/// FP64 numbers side by side in a vector of one width. Arithmetic written against it runs on the widest vectors that the machine has, and gives the
/// same bits on any: no step lets one lane see another.
/// </summary>
/// <remarks>
/// A step is one instruction once it is compiled into what it is a part of, and a call before. So methods that are made of such steps are either
/// compiled into others or optimised when they are first called.
/// </remarks>
/// <typeparam name="TSelf">The vector.</typeparam>
internal unsafe interface IDoubleLanes<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>,
    ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>,
    IDivisionOperators<TSelf, TSelf, TSelf>,
    IUnaryNegationOperators<TSelf, TSelf>,
    IBitwiseOperators<TSelf, TSelf, TSelf>
    where TSelf : struct, IDoubleLanes<TSelf>
{
    /// <summary>Numbers in a vector; a divisor of <see cref="Tile.Lanes"/>.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf One { get; }

    static abstract TSelf Load(double* from);

    /// <summary>FP32 numbers, widened.</summary>
    static abstract TSelf Load(float* from);

    /// <summary>Integers, as numbers.</summary>
    static abstract TSelf Load(int* from);

    static abstract TSelf Fill(double value);

    /// <summary>a b + c, rounded once.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger of two numbers; either where one is NaN.</summary>
    static abstract TSelf Larger(TSelf a, TSelf b);

    static abstract TSelf Abs(TSelf value);

    /// <summary>All bits set where <paramref name="a"/> equals <paramref name="b"/>, else none.</summary>
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>All bits set where <paramref name="a"/> is less than <paramref name="b"/>, else none.</summary>
    static abstract TSelf Less(TSelf a, TSelf b);

    /// <summary>All bits set where <paramref name="a"/> is at most <paramref name="b"/>, else none.</summary>
    static abstract TSelf AtMost(TSelf a, TSelf b);

    /// <summary><paramref name="yes"/> where all bits of the mask are set, <paramref name="no"/> where none is.</summary>
    static abstract TSelf Select(TSelf mask, TSelf yes, TSelf no);

    /// <summary>The sum of the bits as 64-bit integers.</summary>
    static abstract TSelf AddBits(TSelf a, TSelf b);

    static abstract TSelf ShiftBitsLeft(TSelf value, int count);

    /// <summary>Zeros come in from the left.</summary>
    static abstract TSelf ShiftBitsRight(TSelf value, int count);

    void Store(double* to);

    /// <summary>Rounds to FP32.</summary>
    void Store(float* to);
}
