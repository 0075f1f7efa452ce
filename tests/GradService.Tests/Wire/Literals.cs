using System.Globalization;
using System.Numerics;
using System.Text;

namespace GradService.Tests.Wire;

/// <summary>Random JSON number literals: the usual ones, and those made to break a reader.</summary>
/// <param name="seed">Same seed, same literals.</param>
internal sealed class Literals(int seed)
{
    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();

    /// <summary>A JSON array of literals.</summary>
    /// <param name="count">How many.</param>
    /// <param name="separator">What stands between two.</param>
    public byte[] Array(int count, ReadOnlySpan<byte> separator)
    {
        var bytes = new MemoryStream();
        bytes.WriteByte((byte)'[');
        for (int n = 0; n < count; n++)
        {
            if (n > 0)
            {
                bytes.Write(separator);
            }

            bytes.Write(Encoding.ASCII.GetBytes(Next()));
        }

        bytes.WriteByte((byte)']');
        return bytes.ToArray();
    }

    private string Next()
    {
        int kind = _random.Next(24);
        return kind switch
        {
            < 6 => Plain(_random.Next(1, 4), _random.Next(1, 12)),
            < 9 => Plain(_random.Next(1, 3), _random.Next(12, 22)),
            9 => Plain(_random.Next(1, 24), _random.Next(0, 24)),
            10 => Digits(_random.Next(1, 32)),
            11 => BitConverter.UInt32BitsToSingle((uint)_random.NextInt64(1L << 32)) is var single && float.IsFinite(single) ? Json(single.ToString("R", CultureInfo.InvariantCulture)) : "0",
            12 => BitConverter.Int64BitsToDouble(_random.NextInt64(long.MinValue, long.MaxValue)) is var number && double.IsFinite(number) ? Json(number.ToString("R", CultureInfo.InvariantCulture)) : "-0",
            13 => _random.NextDouble().ToString("R", CultureInfo.InvariantCulture),
            14 => Plain(1, _random.Next(1, 30)) + "e" + _random.Next(-60, 60),
            15 => Plain(_random.Next(1, 3), _random.Next(0, 25)) + (_random.Next(2) == 0 ? "E+" : "e-") + _random.Next(0, 345).ToString(CultureInfo.InvariantCulture),
            16 => "0." + new string('0', _random.Next(0, 60)) + Digits(_random.Next(1, 20)),
            17 => Digits(_random.Next(1, 18)) + new string('0', _random.Next(0, 40)) + (_random.Next(2) == 0 ? "" : ".0"),
            18 => Plain(1, 8) + "e" + _random.Next(36, 40),
            19 => Plain(1, 16) + "e" + _random.Next(305, 310),
            20 => Plain(1, 16) + "e-" + _random.Next(305, 326),
            21 => Halfway(24, 149, 127),
            22 => Halfway(53, 1074, 1023),
            _ => Plain(1, 9) + "e-" + _random.Next(36, 48),
        };
    }

    private string Plain(int whole, int fraction)
    {
        string sign = _random.Next(2) == 0 ? "-" : "";
        string before = whole == 1 || _random.Next(8) == 0 ? _random.Next(10).ToString(CultureInfo.InvariantCulture) : Digits(whole);
        return fraction == 0 ? sign + before : sign + before + "." + Any(fraction);
    }

    private string Digits(int count) => (char)('1' + _random.Next(9)) + Any(count - 1);

    private string Any(int count)
    {
        _text.Clear();
        for (int n = 0; n < count; n++)
        {
            _text.Append((char)('0' + _random.Next(10)));
        }

        return _text.ToString();
    }

    private static string Json(string text) => text.Replace("E", "e", StringComparison.Ordinal);

    /// <summary>
    /// A point exactly halfway between two neighbouring floats of a precision, sometimes a hair above or below, cut to a few digits
    /// or written out whole.
    /// </summary>
    private string Halfway(int precision, int leastExponent, int greatestExponent)
    {
        // Mostly of moderate size, where the decimal expansion is short enough to be quick to make.
        int reach = _random.Next(16) == 0 ? greatestExponent - precision : 40;
        int exponent = _random.Next(-Math.Min(reach + precision, leastExponent), Math.Min(reach, greatestExponent - precision));
        BigInteger significand = (new BigInteger(_random.NextInt64(1L << (precision - 1), 1L << precision)) << 1) + 1;
        exponent--;
        string digits = exponent >= 0
            ? (significand << exponent).ToString(CultureInfo.InvariantCulture)
            : (significand * BigInteger.Pow(5, -exponent)).ToString(CultureInfo.InvariantCulture);
        int scale = Math.Min(exponent, 0);
        switch (_random.Next(4))
        {
            case 0:
                digits += new string('0', _random.Next(30)) + "1";
                break;
            case 1:
                digits = (BigInteger.Parse(digits, CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture) + "9";
                break;
            case 2 when digits.Length > 20:
                scale += digits.Length - 20;
                digits = digits[..20];
                return digits + "e" + scale.ToString(CultureInfo.InvariantCulture);
        }

        // The digits beyond the exact ones lie behind the point.
        int exact = exponent >= 0 ? (significand << exponent).ToString(CultureInfo.InvariantCulture).Length : (significand * BigInteger.Pow(5, -exponent)).ToString(CultureInfo.InvariantCulture).Length;
        scale -= digits.Length - exact;
        int point = digits.Length + scale;
        return scale == 0 ? digits
            : point > 0 ? digits[..point] + "." + digits[point..]
            : point > -30 ? "0." + new string('0', -point) + digits
            : digits + "e" + scale.ToString(CultureInfo.InvariantCulture);
    }
}
