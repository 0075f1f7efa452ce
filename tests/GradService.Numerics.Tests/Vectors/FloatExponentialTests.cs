using System.Runtime.Intrinsics;
using CsCheck;
using GradService.Numerics.Tests.Losses;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Tests.Vectors;

public sealed class FloatExponentialTests
{
    [Fact]
    public void The_largest_number_is_cut_to_steps_of_a_512th_without_a_rounding() => Pairs().Sample(
        pair =>
        {
            (bool fits, float steps, float left, _) = Evaluate(pair.Larger, pair.Smaller);
            Assert.True(fits);
            Assert.Equal(MathF.Round(steps * 512), steps * 512);
            Assert.Equal(pair.Larger, (double)steps + left);
            Assert.InRange(left, -1f / 1024, 1f / 1024);
        },
        iter: 100_000);

    [Fact]
    public void An_exponential_is_nearly_the_nearest_number_whatever_the_difference() => Pairs().Sample(
        pair =>
        {
            double expected = Math.Exp((double)pair.Smaller - pair.Larger);
            float found = Evaluate(pair.Larger, pair.Smaller).Exponential;
            Assert.True(Evaluation.Ulps(expected, found) <= 1.2, $"e^({pair.Smaller:R} - {pair.Larger:R}) is {expected:R}, not {found:R}.");
        },
        iter: 1_000_000);

    [Theory]
    [InlineData(0f)]
    [InlineData(-8192f)]
    [InlineData(8191.99f)]
    [InlineData(1e-45f)]
    public void The_exponential_of_the_largest_number_is_one(float value)
    {
        Assert.True(Evaluate(value, value).Fits);
        Assert.Equal(1, Evaluate(value, value).Exponential);
    }

    [Theory]
    [InlineData(8192f)]
    [InlineData(-8192.01f)]
    [InlineData(3e38f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.NaN)]
    public void A_largest_number_beyond_8192_does_not_fit(float value) => Assert.False(Evaluate(value, value).Fits);

    // Two numbers at most 80 apart, of any size beside their difference.
    private static Gen<(float Larger, float Smaller)> Pairs() =>
        from size in Gen.Float[-26, 26]
        from apart in Gen.OneOf(Gen.Float[0, 80], Gen.Float[-30, 0].Select(power => MathF.Pow(2, power)))
        let larger = MathF.Sign(size) * MathF.Pow(2, MathF.Abs(size) - 14)
        let smaller = larger - apart
        where (double)larger - smaller <= 80
        select (larger, smaller);

    // The same on all widths.
    private static (bool Fits, float Steps, float Left, float Exponential) Evaluate(float largest, float value)
    {
        (bool Fits, float Steps, float Left, float Exponential) sixteen = Evaluate<FloatLanes512, Vector512<float>>(largest, value);
        Assert.Equal(sixteen, Evaluate<FloatLanes256, Vector256<float>>(largest, value));
        Assert.Equal(sixteen, Evaluate<FloatLanes128, Vector128<float>>(largest, value));
        return sixteen;
    }

    private static unsafe (bool Fits, float Steps, float Left, float Exponential) Evaluate<TLanes, TVector>(float largest, float value)
        where TLanes : struct, IFloatLanes<TVector>
    {
        float* lanes = stackalloc float[16];
        ulong fits = FloatExponential.Fits<TLanes, TVector>(TLanes.Fill(largest));
        Assert.True(fits == 0 || fits == ulong.MaxValue >> (64 - TLanes.Count));
        (TVector steps, TVector left) = FloatExponential.Cut<TLanes, TVector>(TLanes.Fill(largest));
        TVector difference = TLanes.Fill(largest - value);
        return (fits != 0, First(steps), First(left), First(FloatExponential.Of<TLanes, TVector>(TLanes.Fill(value), difference, (steps, left))));

        float First(TVector vector)
        {
            TLanes.Store(vector, lanes);
            Assert.True(new ReadOnlySpan<float>(lanes, TLanes.Count).IndexOfAnyExcept(lanes[0]) < 0);
            return lanes[0];
        }
    }
}
