using System.Runtime.CompilerServices;

namespace GradService.Numerics.Vectors;

/// <summary>Natural logarithms, as many FP64 lanes at a time as the machine has, with the same bits on any machine. Within 2 ulp unless said.</summary>
internal static class Logarithm
{
    private const long HalfRootBits = 0x3FE6A09E667F3BCD;
    private const long OneBits = 0x3FF0000000000000;
    private const double Rounder = 6755399441055744;
    private const double Ln2 = 0.6931471805599453;

    /// <summary>log(1 + x) for x above -1 up to 2^52, or NaN: as exact for a tiny x as for any other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfOnePlus<V>(V x)
        where V : struct, IDoubleLanes<V> => OfOnePlus<double, V>(x, V.One / (V.One + x));

    /// <summary>
    /// log(1 + x) for x above -1 up to 2^52, or NaN, where 1 / (1 + x) is known to a few digits already: divisions are slow. Where
    /// <typeparamref name="T"/> says that it will be rounded to FP32, within 6e-11 of itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfOnePlus<T, V>(V x, V reciprocal)
        where V : struct, IDoubleLanes<V>
    {
        V u = V.One + x;

        // What the addition rounded away, exactly.
        V lost = x - (u - V.One);
        return Of<T, V>(u, V.Zero, lost * reciprocal);
    }

    /// <summary>log x for a finite x above 0, or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfPositive<V>(V x)
        where V : struct, IDoubleLanes<V>
    {
        V subnormal = V.Less(x, V.Fill(2.2250738585072014e-308));
        V normal = V.Select(subnormal, x * V.Fill(18014398509481984.0), x);
        V exponent = V.Select(subnormal, V.Fill(-54.0), V.Zero);
        return Of<double, V>(normal, exponent, x - x);
    }

    // u = 2^k m with m within [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.1716. The odd series to s^21
    // leaves a remainder below 2 s^23 / 23 = 2e-19, that to s^11 one below 2e-11.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Of<T, V>(V u, V exponent, V correction)
        where V : struct, IDoubleLanes<V>
    {
        V lifted = V.AddBits(u, Bits<V>(OneBits - HalfRootBits));
        V biased = V.AddBits(V.ShiftBitsRight(lifted, 52), Bits<V>(BitConverter.DoubleToInt64Bits(Rounder) - 1023));
        V k = biased - V.Fill(Rounder) + exponent;
        V m = V.AddBits(lifted & Bits<V>(0x000FFFFFFFFFFFFF), Bits<V>(HalfRootBits));
        V f = m - V.One;
        V s = f / (f + V.Fill(2.0));
        V z = s * s;
        V p = V.Fill(2.0 / 11);
        if (typeof(T) == typeof(double))
        {
            p = V.FusedMultiplyAdd(z, V.Fill(2.0 / 21), V.Fill(2.0 / 19));
            p = V.FusedMultiplyAdd(p, z, V.Fill(2.0 / 17));
            p = V.FusedMultiplyAdd(p, z, V.Fill(2.0 / 15));
            p = V.FusedMultiplyAdd(p, z, V.Fill(2.0 / 13));
            p = V.FusedMultiplyAdd(p, z, V.Fill(2.0 / 11));
        }

        p = V.FusedMultiplyAdd(p, z, V.Fill(2.0 / 9));
        p = V.FusedMultiplyAdd(p, z, V.Fill(2.0 / 7));
        p = V.FusedMultiplyAdd(p, z, V.Fill(2.0 / 5));
        p = V.FusedMultiplyAdd(p, z, V.Fill(2.0 / 3));

        // f - s f = 2 s up to rounding, but f is exact: the small part alone is rounded.
        V logM = f - (s * (f - (z * p)));
        return V.FusedMultiplyAdd(k, V.Fill(Ln2), logM + correction);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Bits<V>(long bits)
        where V : struct, IDoubleLanes<V> => V.Fill(BitConverter.Int64BitsToDouble(bits));
}
