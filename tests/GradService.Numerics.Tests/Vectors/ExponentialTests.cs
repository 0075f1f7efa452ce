using System.Runtime.Intrinsics;
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
            double full = Exponential.OfNonPositive<double>(Vector512.Create(x))[3];
            Assert.True(Math.Abs(full - expected) <= Math.Max(2 * Unit(expected), double.Epsilon), $"e^{x:R} is {expected:R}, not {full:R}.");
            double brief = Exponential.OfNonPositive<float>(Vector512.Create(x))[3];
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
        Assert.Equal(expected, Exponential.OfNonPositive<double>(Vector512.Create(x))[0]);
        Assert.Equal(expected, Exponential.OfNonPositive<float>(Vector512.Create(x))[0]);
    }

    [Fact]
    public void Logarithms_are_close_to_the_last_digits() => Gen.Double[-320, 9].Sample(
        power =>
        {
            double x = Math.Pow(10, power);
            double expected = Reference.LogOnePlus(x);
            double found = Logarithm.OfOnePlus(Vector512.Create(x))[5];
            Assert.True(Math.Abs(found - expected) <= Math.Max(3 * Unit(expected), double.Epsilon), $"log(1 + {x:R}) is {expected:R}, not {found:R}.");
            expected = Math.Log(x);
            found = Logarithm.OfPositive(Vector512.Create(x))[5];
            Assert.True(Math.Abs(found - expected) <= 3 * Unit(expected), $"log {x:R} is {expected:R}, not {found:R}.");
        },
        iter: 100_000);

    [Fact]
    public void Logarithms_of_limits_are_exact()
    {
        Assert.Equal(0, Logarithm.OfOnePlus(Vector512<double>.Zero)[0]);
        Assert.Equal(double.NaN, Logarithm.OfOnePlus(Vector512.Create(double.NaN))[0]);
        Assert.Equal(0, Logarithm.OfPositive(Vector512<double>.One)[0]);
        Assert.Equal(double.NaN, Logarithm.OfPositive(Vector512.Create(double.NaN))[0]);
    }

    private static double Unit(double x) => Math.BitIncrement(Math.Abs(x)) - Math.Abs(x);
}
