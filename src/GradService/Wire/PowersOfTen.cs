using System.Numerics;

namespace GradService.Wire;

/// <summary>
/// Powers of ten as 128-bit significands, the one table that reading (Eisel-Lemire) and writing (Schubfach) share.
/// Computed once, at the first use, in about a millisecond.
/// </summary>
internal static class PowersOfTen
{
    /// <summary>The least exponent in the table: 10^-342 times the largest 64-bit integer rounds to 0 in FP64.</summary>
    public const int Least = -342;

    /// <summary>The greatest exponent in the table, that of the least FP64 number's shortest form.</summary>
    public const int Greatest = 324;

    /// <summary>The greatest exponent of an exact 128-bit significand; below 0 none is exact.</summary>
    public const int GreatestExact = 55;

    /// <summary>The exponents of the powers in <see cref="Negative"/>.</summary>
    public const int MostFractionDigits = 31;

    private static readonly UInt128[] Table = MakeTable();

    /// <summary>10^-n, correctly rounded, for n from 0 to <see cref="MostFractionDigits"/>.</summary>
    public static readonly double[] Negative = [.. Enumerable.Range(0, MostFractionDigits + 1).Select(n => Rounded(-n))];

    /// <summary>The first 64 bits of 10^-n, rounded down, for n from 0 to <see cref="MostFractionDigits"/>.</summary>
    public static readonly ulong[] NegativeSignificands = [.. Enumerable.Range(0, MostFractionDigits + 1).Select(n => (ulong)(Significand(-n) >> 64))];

    /// <summary>10^n, exact, for n from 0 to 22.</summary>
    public static readonly double[] Exact = [.. Enumerable.Range(0, 23).Select(Rounded)];

    /// <summary>The first 128 bits of 10^<paramref name="exponent"/>, rounded down; the top bit is set.</summary>
    /// <param name="exponent">From <see cref="Least"/> to <see cref="Greatest"/>.</param>
    public static UInt128 Significand(int exponent) => Table[exponent - Least];

    /// <summary>floor(log2(10^<paramref name="exponent"/>)).</summary>
    /// <param name="exponent">From <see cref="Least"/> to <see cref="Greatest"/>.</param>
    public static int BinaryExponent(int exponent) => (exponent * 1741647) >> 19;

    private static double Rounded(int exponent) => double.Parse($"1e{exponent}", System.Globalization.CultureInfo.InvariantCulture);

    private static UInt128[] MakeTable()
    {
        var table = new UInt128[Greatest - Least + 1];
        BigInteger power = BigInteger.One;
        for (int exponent = 0; exponent <= Math.Max(Greatest, -Least); exponent++)
        {
            int bits = (int)power.GetBitLength();
            if (exponent <= Greatest)
            {
                table[exponent - Least] = (UInt128)(bits <= 128 ? power << (128 - bits) : power >> (bits - 128));
            }

            if (exponent > 0 && -exponent >= Least)
            {
                // 2^(bits + 127) / 10^exponent lies between 2^127 and 2^128.
                table[-exponent - Least] = (UInt128)((BigInteger.One << (bits + 127)) / power);
            }

            power *= 10;
        }

        return table;
    }
}
