using System.Runtime.Intrinsics;
using CsCheck;
using GradService.Numerics.Tests.Losses;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Tests.Vectors;

public sealed class FloatExponentialTests
{
    [Fact]
    public void A_difference_and_what_was_added_to_it_are_exact_together() => Pairs().Sample(
        pair =>
        {
            (float difference, float added, _) = Evaluate(pair.Larger, pair.Smaller);
            Assert.Equal(pair.Larger - pair.Smaller, difference);
            Assert.Equal((double)pair.Larger - pair.Smaller, (double)difference - added);
        },
        iter: 100_000);

    [Fact]
    public void An_exponential_is_nearly_the_nearest_number_whatever_the_difference() => Pairs().Sample(
        pair =>
        {
            double expected = Math.Exp((double)pair.Smaller - pair.Larger);
            float found = Evaluate(pair.Larger, pair.Smaller).Exponential;
            Assert.True(Evaluation.Ulps(expected, found) <= 0.85, $"e^({pair.Smaller:R} - {pair.Larger:R}) is {expected:R}, not {found:R}.");
        },
        iter: 1_000_000);

    [Theory]
    [InlineData(0f)]
    [InlineData(-3e38f)]
    [InlineData(1e-45f)]
    public void The_exponential_of_no_difference_is_one(float value) => Assert.Equal((0f, 0f, 1f), Evaluate(value, value));

    // Two numbers at most 80 apart, of any size beside their difference.
    private static Gen<(float Larger, float Smaller)> Pairs() =>
        from size in Gen.Float[-20, 20]
        from apart in Gen.OneOf(Gen.Float[0, 80], Gen.Float[-30, 0].Select(power => MathF.Pow(2, power)))
        let larger = MathF.Sign(size) * MathF.Pow(2, MathF.Abs(size) - 14)
        let smaller = larger - apart
        where (double)larger - smaller <= 80
        select (larger, smaller);

    // The same on all widths.
    private static (float Difference, float Added, float Exponential) Evaluate(float a, float b)
    {
        (float Difference, float Added, float Exponential) eight = Evaluate<FloatLanes512, Vector512<float>>(a, b);
        Assert.Equal(eight, Evaluate<FloatLanes256, Vector256<float>>(a, b));
        Assert.Equal(eight, Evaluate<FloatLanes128, Vector128<float>>(a, b));
        return eight;
    }

    private static unsafe (float Difference, float Added, float Exponential) Evaluate<TLanes, TVector>(float a, float b)
        where TLanes : struct, IFloatLanes<TVector>
    {
        float* lanes = stackalloc float[16];
        TVector difference = FloatExponential.Difference<TLanes, TVector>(TLanes.Fill(a), TLanes.Fill(b), out TVector added);
        return (First(difference), First(added), First(FloatExponential.OfMinus<TLanes, TVector>(difference, added)));

        float First(TVector vector)
        {
            TLanes.Store(vector, lanes);
            Assert.True(new ReadOnlySpan<float>(lanes, TLanes.Count).IndexOfAnyExcept(lanes[0]) < 0);
            return lanes[0];
        }
    }
}
