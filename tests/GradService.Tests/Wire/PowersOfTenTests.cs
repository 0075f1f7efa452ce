using System.Globalization;
using GradService.Wire;

namespace GradService.Tests.Wire;

public sealed class PowersOfTenTests
{
    [Fact]
    public void The_powers_written_down_are_those_computed()
    {
        Assert.Equal(PowersOfTen.MostFractionDigits + 1, PowersOfTen.NegativeSignificands.Length);
        Assert.Equal(PowersOfTen.MostFractionDigits + 1, PowersOfTen.Negative.Length);
        for (int n = 0; n <= PowersOfTen.MostFractionDigits; n++)
        {
            Assert.Equal((ulong)(PowersOfTen.Significand(-n) >> 64), PowersOfTen.NegativeSignificands[n]);
            Assert.Equal(double.Parse($"1e-{n}", CultureInfo.InvariantCulture), PowersOfTen.Negative[n]);
        }

        Assert.Equal(23, PowersOfTen.Exact.Length);
        for (int n = 0; n < 23; n++)
        {
            Assert.Equal(double.Parse($"1e{n}", CultureInfo.InvariantCulture), PowersOfTen.Exact[n]);
        }
    }
}
