using System.Text;
using CsCheck;
using GradService.Numerics.Tensors;
using GradService.Wire;

namespace GradService.Tests.Wire;

/// <summary>Numbers in an array, several written at once, against each written alone.</summary>
public sealed class NumberBlockTests
{
    private const int Singles = 4099;
    private const int LongestDecimal = 9;

    // Few digits at any power of ten meet every layout; random bits meet every exponent; powers of two and their neighbours the uneven gaps.
    private static readonly Gen<double> Short = Gen.Select(Gen.Int[-999_999_999, 999_999_999], Gen.Int[0, LongestDecimal], Gen.Int[-30, 30], (digits, cut, power) =>
        Math.Round(digits / Math.Pow(10, cut)) * Math.Pow(10, power));

    private static readonly double[] Corners =
        [0, -0.0, 1, -1, 0.5, 10, 1e-6, 1e-7, 9.5e-7, 99999.5, 16777216, 123456789, 1e9, 1e16, 1e17, 1e20, 1e21, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    [Fact]
    public void Floats_in_an_array_are_the_text_of_each_alone() =>
        Gen.Select(Short.Array[0, 9], Gen.UInt.Array[0, 9], Gen.Int[0, Corners.Length - 1].Select(index => Corners[index]).Array[0, 5]).Sample((decimals, bits, corners) =>
            Same([.. decimals.Select(value => (float)value), .. bits.Select(BitConverter.UInt32BitsToSingle), .. corners.Select(value => (float)value)]), iter: 20_000);

    [Fact]
    public void Doubles_in_an_array_are_the_text_of_each_alone() =>
        Gen.Select(Short.Array[0, 9], Gen.ULong.Array[0, 9], Gen.Int[0, Corners.Length - 1].Select(index => Corners[index]).Array[0, 5]).Sample((decimals, bits, corners) =>
            Same([.. decimals, .. bits.Select(BitConverter.UInt64BitsToDouble), .. decimals.Select(value => value / 3), .. corners]), iter: 20_000);

    [Fact]
    public void Both_sides_of_every_power_of_two_and_ten_are_the_text_of_each_alone()
    {
        uint[] near = [.. Enumerable.Range(0, 255).SelectMany(exponent => Enumerable.Range(-2, 5).Select(step => (uint)((exponent << 23) + step) & 0x7FFF_FFFF))];
        Same([.. near.Select(BitConverter.UInt32BitsToSingle), .. near.Select(bits => BitConverter.UInt32BitsToSingle(bits | 0x8000_0000))]);
        ulong[] far = [.. Enumerable.Range(0, 2047).SelectMany(exponent => Enumerable.Range(-2, 5).Select(step => (ulong)(((long)exponent << 52) + step) & long.MaxValue))];
        Same([.. far.Select(BitConverter.UInt64BitsToDouble)]);
        double[] tens = [.. Enumerable.Range(-323, 632).Select(power => double.Parse($"1e{power}", System.Globalization.CultureInfo.InvariantCulture))];
        Same([.. tens.SelectMany(ten => new[] { Math.BitDecrement(ten), ten, Math.BitIncrement(ten) })]);
        float[] singles = [.. tens.Where(ten => (float)ten is > 0 and < float.PositiveInfinity).Select(ten => (float)ten)];
        Same([.. singles.SelectMany(ten => new[] { MathF.BitDecrement(ten), ten, MathF.BitIncrement(ten) })]);
    }

    [Fact]
    public void Arrays_longer_than_a_chunk_are_the_text_of_each_alone() =>
        Same([.. Enumerable.Range(1, Singles).Select(n => n % 5 == 0 ? n : n / 7f)]);

    private static void Same<T>(T[] values)
        where T : unmanaged
    {
        var alone = new byte[NumberFormatter.Room];
        string[] each = [.. values.Select(value => Encoding.ASCII.GetString(alone, 0, NumberFormatter.Write(value, alone)))];
        Assert.Equal($"[{string.Join(',', each)}]", Json.Write(new Tensor<T>(new Shape(values.Length), values), TensorFormat.Nested));
    }
}
