using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GradService.Wire;

/// <summary>Whole numbers to decimal digits in the lanes of a vector. Needs AVX2.</summary>
internal static class EightDigits
{
    /// <summary>Numbers below a hundred million as eight characters each, the first in the lowest byte.</summary>
    /// <param name="value">Four numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Characters(Vector256<ulong> value)
    {
        // Halves, then quarters, then digits; the multipliers are reciprocals good for the lanes' ranges.
        Vector256<ulong> upper = Product(value, Vector256.Create(0xD1B7_1759UL)) >>> 45;
        Vector256<ulong> halves = upper | ((value - Product(upper, Vector256.Create(10_000UL))) << 32);
        Vector256<ushort> hundreds = Avx2.MultiplyHigh(halves.AsUInt16(), Vector256.Create((ushort)5243)) >>> 3;
        Vector256<ulong> pairs = hundreds.AsUInt64() | ((halves.AsUInt16() - (hundreds * Vector256.Create((ushort)100))).AsUInt64() << 16);
        Vector256<ushort> tens = (pairs.AsUInt16() * Vector256.Create((ushort)103)) >>> 10;
        Vector256<ulong> bytes = tens.AsUInt64() | ((pairs.AsUInt16() - (tens * Vector256.Create((ushort)10))).AsUInt64() << 8);
        return bytes + Vector256.Create(0x3030_3030_3030_3030UL);
    }

    /// <summary>The products of the lanes' lower halves.</summary>
    /// <param name="left">Four numbers, of which the lower 32 bits count.</param>
    /// <param name="right">As many.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Product(Vector256<ulong> left, Vector256<ulong> right) => Avx2.Multiply(left.AsUInt32(), right.AsUInt32());
}
