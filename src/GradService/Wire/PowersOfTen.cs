using System.Numerics;

namespace GradService.Wire;

/// <summary>
/// Powers of ten as 128-bit significands, the one table that reading (Eisel-Lemire) and writing (Schubfach) share, computed once, at the first
/// use, in about a millisecond. The few that most numbers are read with are part of the program, where nothing has to be initialised.
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

    /// <summary>10^n, exact, for n from 0 to 22.</summary>
    public static ReadOnlySpan<double> Exact =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>10^-n, correctly rounded, for n from 0 to <see cref="MostFractionDigits"/>.</summary>
    public static ReadOnlySpan<double> Negative =>
    [
        1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15,
        1e-16, 1e-17, 1e-18, 1e-19, 1e-20, 1e-21, 1e-22, 1e-23, 1e-24, 1e-25, 1e-26, 1e-27, 1e-28, 1e-29, 1e-30, 1e-31,
    ];

    /// <summary>The first 64 bits of 10^-n, rounded down, for n from 0 to <see cref="MostFractionDigits"/>.</summary>
    public static ReadOnlySpan<ulong> NegativeSignificands =>
    [
        0x8000000000000000, 0xCCCCCCCCCCCCCCCC, 0xA3D70A3D70A3D70A, 0x83126E978D4FDF3B, 0xD1B71758E219652B, 0xA7C5AC471B478423,
        0x8637BD05AF6C69B5, 0xD6BF94D5E57A42BC, 0xABCC77118461CEFC, 0x89705F4136B4A597, 0xDBE6FECEBDEDD5BE, 0xAFEBFF0BCB24AAFE,
        0x8CBCCC096F5088CB, 0xE12E13424BB40E13, 0xB424DC35095CD80F, 0x901D7CF73AB0ACD9, 0xE69594BEC44DE15B, 0xB877AA3236A4B449,
        0x9392EE8E921D5D07, 0xEC1E4A7DB69561A5, 0xBCE5086492111AEA, 0x971DA05074DA7BEE, 0xF1C90080BAF72CB1, 0xC16D9A0095928A27,
        0x9ABE14CD44753B52, 0xF79687AED3EEC551, 0xC612062576589DDA, 0x9E74D1B791E07E48, 0xFD87B5F28300CA0D, 0xCAD2F7F5359A3B3E,
        0xA2425FF75E14FC31, 0x81CEB32C4B43FCF4,
    ];

    /// <summary>The first 128 bits of 10^<paramref name="exponent"/>, rounded down; the top bit is set.</summary>
    /// <param name="exponent">From <see cref="Least"/> to <see cref="Greatest"/>.</param>
    public static UInt128 Significand(int exponent) => Table[exponent - Least];

    /// <summary>floor(log2(10^<paramref name="exponent"/>)).</summary>
    /// <param name="exponent">From <see cref="Least"/> to <see cref="Greatest"/>.</param>
    public static int BinaryExponent(int exponent) => (exponent * 1741647) >> 19;

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
