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
        where V : struct, IDoubleLanes<V> => OfOnePlus<double, V>(x, V.One + x, out _);

    /// <summary>
    /// log(1 + x) for x above -1 up to 2^52, or NaN, and the reciprocal of 1 + x. Where <typeparamref name="T"/> says that both will be rounded to
    /// FP32, by one division, as divisions are slow: the logarithm within 6e-11 of itself, the reciprocal within 3 ulp.
    /// </summary>
    /// <param name="x">Added to 1.</param>
    /// <param name="total">1 + x.</param>
    /// <param name="reciprocal">1 / total.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfOnePlus<T, V>(V x, V total, out V reciprocal)
        where V : struct, IDoubleLanes<V>
    {
        V u = V.One + x;

        // What the addition rounded away, exactly.
        V lost = x - (u - V.One);
        V f = Part(u, out V k);
        if (typeof(T) == typeof(double))
        {
            reciprocal = V.One / total;
            return Of<T, V>(f, f / (f + V.Fill(2.0)), k, lost * reciprocal);
        }

        V two = f + V.Fill(2.0);
        V ofBoth = V.One / (two * total);
        reciprocal = two * ofBoth;
        return Of<T, V>(f, f * total * ofBoth, k, lost * reciprocal);
    }

    /// <summary>
    /// log(1 + x) for x from 0 to 1, or NaN, and the reciprocal of 1 + x. Where <typeparamref name="T"/> says that both will be rounded to FP32,
    /// by one division and without a power of two parted off: the logarithm within 1.2e-10 of itself, the reciprocal within 3 ulp.
    /// </summary>
    /// <param name="x">Added to 1.</param>
    /// <param name="reciprocal">1 / (1 + x).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfOnePlusFraction<T, V>(V x, out V reciprocal)
        where V : struct, IDoubleLanes<V>
    {
        V total = V.One + x;
        if (typeof(T) == typeof(double))
        {
            return OfOnePlus<double, V>(x, total, out reciprocal);
        }

        V two = x + V.Fill(2.0);
        V ofBoth = V.One / (two * total);
        reciprocal = two * ofBoth;

        // 2 atanh(s), s = x / (x + 2) <= 1/3, with the polynomial in s^2 whose largest error, relative to the logarithm, is least: 1.1e-10.
        V s = x * total * ofBoth;
        V z = s * s;
        V p = V.FusedMultiplyAdd(z, V.Fill(0.24289562026259712), V.Fill(0.21430739806735813));
        p = V.FusedMultiplyAdd(p, z, V.Fill(0.2861659681602052));
        p = V.FusedMultiplyAdd(p, z, V.Fill(0.39998888352589573));
        p = V.FusedMultiplyAdd(p, z, V.Fill(0.6666667550038521));
        return s * V.FusedMultiplyAdd(p, z, V.Fill(2.0));
    }

    /// <summary>log x for a finite x above 0, or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V OfPositive<V>(V x)
        where V : struct, IDoubleLanes<V>
    {
        V subnormal = V.Less(x, V.Fill(2.2250738585072014e-308));
        V normal = V.Select(subnormal, x * V.Fill(18014398509481984.0), x);
        V exponent = V.Select(subnormal, V.Fill(-54.0), V.Zero);
        V f = Part(normal, out V k);
        return Of<double, V>(f, f / (f + V.Fill(2.0)), k + exponent, x - x);
    }

    // m - 1 and k, where u = 2^k m with m within [sqrt(1/2), sqrt(2)).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Part<V>(V u, out V k)
        where V : struct, IDoubleLanes<V>
    {
        V lifted = V.AddBits(u, Bits<V>(OneBits - HalfRootBits));
        V biased = V.AddBits(V.ShiftBitsRight(lifted, 52), Bits<V>(BitConverter.DoubleToInt64Bits(Rounder) - 1023));
        k = biased - V.Fill(Rounder);
        return V.AddBits(lifted & Bits<V>(0x000FFFFFFFFFFFFF), Bits<V>(HalfRootBits)) - V.One;
    }

    // log m = 2 atanh(s), s = f / (f + 2), |s| < 0.1716, for f = m - 1. The odd series to s^21 leaves a remainder below 2 s^23 / 23 = 2e-19,
    // that to s^11 one below 2e-11.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Of<T, V>(V f, V s, V k, V correction)
        where V : struct, IDoubleLanes<V>
    {
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
