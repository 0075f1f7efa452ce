using CsCheck;
using GradService.Numerics.Tests.Losses;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Tests.Vectors;

public sealed class ExponentialTests
{
    [Fact]
    public void Exponentials_are_close_to_the_last_digits() => Gen.Double[-745, 0].Sample(
        x =>
        {
            double expected = Math.Exp(x);
            double full = Full(x);
            Assert.True(Math.Abs(full - expected) <= Math.Max(2 * Unit(expected), double.Epsilon), $"e^{x:R} is {expected:R}, not {full:R}.");
            double brief = Short(x);
            Assert.True(x < -700 ? brief == 0 : Math.Abs(brief - expected) <= 1.2e-10 * expected);
        },
        iter: 100_000);

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(double.NegativeInfinity, 0.0)]
    [InlineData(-1e300, 0.0)]
    [InlineData(double.NaN, double.NaN)]
    public void Exponentials_of_limits_are_exact(double x, double expected)
    {
        Assert.Equal(expected, Full(x));
        Assert.Equal(expected, Short(x));
    }

    [Fact]
    public void Logarithms_are_close_to_the_last_digits() => Gen.Double[-320, 9].Sample(
        power =>
        {
            double x = Math.Pow(10, power);
            double expected = Reference.LogOnePlus(x);
            double found = LogOfOnePlus(x);
            Assert.True(Math.Abs(found - expected) <= Math.Max(3 * Unit(expected), double.Epsilon), $"log(1 + {x:R}) is {expected:R}, not {found:R}.");
            Assert.True(Math.Abs(ShortLogOfOnePlus(x) - expected) <= Math.Max(6e-11 * expected, double.Epsilon));
            Assert.Equal(1 / (1 + x), ShortReciprocal(x), 3 * Unit(1 / (1 + x)));
            expected = Math.Log(x);
            found = LogOf(x);
            Assert.True(Math.Abs(found - expected) <= 3 * Unit(expected), $"log {x:R} is {expected:R}, not {found:R}.");
        },
        iter: 100_000);

    [Fact]
    public void Logarithms_of_one_and_a_fraction_are_close_to_the_last_digits() => Gen.Select(Gen.Double[-320, 0], Gen.Double[0, 1], Gen.Bool).Sample(
        (power, fraction, small) =>
        {
            double x = small ? Math.Pow(10, power) : fraction;
            double expected = Reference.LogOnePlus(x);
            double reciprocal = 1 / (1 + x);
            var (log, found) = OfFraction<double>(x);
            Assert.True(Math.Abs(log - expected) <= Math.Max(3 * Unit(expected), double.Epsilon), $"log(1 + {x:R}) is {expected:R}, not {log:R}.");
            Assert.Equal(reciprocal, found);
            (log, found) = OfFraction<float>(x);
            Assert.True(Math.Abs(log - expected) <= Math.Max(1.2e-10 * expected, double.Epsilon), $"log(1 + {x:R}) is {expected:R}, not {log:R}.");
            Assert.Equal(reciprocal, found, 3 * Unit(reciprocal));
        },
        iter: 100_000);

    [Theory]
    [InlineData(0.0, 0.0, 1.0)]
    [InlineData(double.NaN, double.NaN, double.NaN)]
    public void Logarithms_of_limits_of_a_fraction_are_exact(double x, double log, double reciprocal)
    {
        Assert.Equal((log, reciprocal), OfFraction<double>(x));
        Assert.Equal((log, reciprocal), OfFraction<float>(x));
    }

    [Fact]
    public void Logarithms_of_limits_are_exact()
    {
        Assert.Equal(0, LogOfOnePlus(0));
        Assert.Equal(double.NaN, LogOfOnePlus(double.NaN));
        Assert.Equal(0, LogOf(1));
        Assert.Equal(double.NaN, LogOf(double.NaN));
    }

    private static double Full(double x) => OnEveryWidth(
        Exponential.OfNonPositive<double, DoubleLanes512>(DoubleLanes512.Fill(x)),
        Exponential.OfNonPositive<double, DoubleLanes256>(DoubleLanes256.Fill(x)),
        Exponential.OfNonPositive<double, DoubleLanes128>(DoubleLanes128.Fill(x)));

    private static double Short(double x) => OnEveryWidth(
        Exponential.OfNonPositive<float, DoubleLanes512>(DoubleLanes512.Fill(x)),
        Exponential.OfNonPositive<float, DoubleLanes256>(DoubleLanes256.Fill(x)),
        Exponential.OfNonPositive<float, DoubleLanes128>(DoubleLanes128.Fill(x)));

    private static double LogOfOnePlus(double x) => OnEveryWidth(
        Logarithm.OfOnePlus(DoubleLanes512.Fill(x)), Logarithm.OfOnePlus(DoubleLanes256.Fill(x)), Logarithm.OfOnePlus(DoubleLanes128.Fill(x)));

    private static double ShortLogOfOnePlus(double x) => OnEveryWidth(ShortLogOf<DoubleLanes512>(x), ShortLogOf<DoubleLanes256>(x), ShortLogOf<DoubleLanes128>(x));

    private static double ShortReciprocal(double x) => OnEveryWidth(ShortReciprocalOf<DoubleLanes512>(x), ShortReciprocalOf<DoubleLanes256>(x), ShortReciprocalOf<DoubleLanes128>(x));

    private static V ShortLogOf<V>(double x)
        where V : struct, IDoubleLanes<V> => Logarithm.OfOnePlus<float, V>(V.Fill(x), V.Fill(1 + x), out _);

    private static V ShortReciprocalOf<V>(double x)
        where V : struct, IDoubleLanes<V>
    {
        Logarithm.OfOnePlus<float, V>(V.Fill(x), V.Fill(1 + x), out V reciprocal);
        return reciprocal;
    }

    private static (double Log, double Reciprocal) OfFraction<T>(double x)
    {
        DoubleLanes512 log512 = Logarithm.OfOnePlusFraction<T, DoubleLanes512>(DoubleLanes512.Fill(x), out DoubleLanes512 reciprocal512);
        DoubleLanes256 log256 = Logarithm.OfOnePlusFraction<T, DoubleLanes256>(DoubleLanes256.Fill(x), out DoubleLanes256 reciprocal256);
        DoubleLanes128 log128 = Logarithm.OfOnePlusFraction<T, DoubleLanes128>(DoubleLanes128.Fill(x), out DoubleLanes128 reciprocal128);
        return (OnEveryWidth(log512, log256, log128), OnEveryWidth(reciprocal512, reciprocal256, reciprocal128));
    }

    private static double LogOf(double x) => OnEveryWidth(
        Logarithm.OfPositive(DoubleLanes512.Fill(x)), Logarithm.OfPositive(DoubleLanes256.Fill(x)), Logarithm.OfPositive(DoubleLanes128.Fill(x)));

    // The one number in all lanes of all widths.
    private static unsafe double OnEveryWidth(DoubleLanes512 eight, DoubleLanes256 four, DoubleLanes128 two)
    {
        double* lanes = stackalloc double[14];
        eight.Store(lanes);
        four.Store(lanes + 8);
        two.Store(lanes + 12);
        for (int lane = 1; lane < 14; lane++)
        {
            Assert.Equal(BitConverter.DoubleToInt64Bits(lanes[0]), BitConverter.DoubleToInt64Bits(lanes[lane]));
        }

        return lanes[0];
    }

    private static double Unit(double x) => Math.BitIncrement(Math.Abs(x)) - Math.Abs(x);
}
