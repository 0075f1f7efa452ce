using GradService.Numerics.Vectors;

namespace GradService.Numerics.Tests.Vectors;

public sealed class NonFiniteTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void The_first_is_found_wherever_it_stands(float value)
    {
        foreach (int length in new[] { 1, 7, 1023, 1024, 1025, 300_001 })
        {
            foreach (int at in new[] { 0, length / 3, length - 1 })
            {
                var values = new float[length];
                Array.Fill(values, float.MaxValue);
                Assert.Equal(-1, NonFinite.First<float>(values));
                values[at] = value;
                values[^1] = value;
                Assert.Equal(at, NonFinite.First<float>(values, execution: new Execution(3)));
            }
        }
    }

    [Fact]
    public void An_ordinary_value_is_passed_over()
    {
        var values = new double[5000];
        Array.Fill(values, double.NegativeInfinity);
        Assert.Equal(-1, NonFinite.First(values, double.NegativeInfinity));
        values[4999] = double.NaN;
        Assert.Equal(4999, NonFinite.First(values, double.NegativeInfinity));
        Assert.Equal(0, NonFinite.First<double>(values));
        Assert.Equal(-1, NonFinite.First<double>([]));
    }
}
