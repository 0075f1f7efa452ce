using CsCheck;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Tests.Vectors;

public sealed class SeededRandomTests
{
    private const int Draws = 200_000;

    // The known answers published with Random123 (kat_vectors, philox 4x32 10).
    [Theory]
    [InlineData(0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0xe169c58d6627e8d5, 0x9b00dbd8bc57ac4c)]
    [InlineData(0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff, 0x41c83b0e408f276d, 0x6d5451fda20bc7c6)]
    [InlineData(0x85a308d3243f6a88, 0x0370734413198a2e, 0x299f31d0a4093822, 0x94fdccebd16cfe09, 0x24126ea15001e420)]
    public void The_generator_gives_the_published_words(ulong counterLow, ulong counterHigh, ulong key, ulong first, ulong second) =>
        Assert.Equal((first, second), Philox.Block(counterLow, counterHigh, key));

    [Fact]
    public void A_seed_gives_the_same_bits_for_ever()
    {
        var random = new SeededRandom(42, 7);
        Assert.Equal(Philox.Block(0, 7, 42).First, random.NextBits());
        Assert.Equal(Philox.Block(0, 7, 42).Second, random.NextBits());
        Assert.Equal(Philox.Block(1, 7, 42).First, random.NextBits());
    }

    [Fact]
    public void The_same_seed_repeats_and_another_does_not() => Gen.Select(Gen.Long, Gen.Long).Sample((seed, stream) =>
    {
        (var one, var same, var other, var beside) = (new SeededRandom(seed, stream), new SeededRandom(seed, stream), new SeededRandom(seed ^ 1, stream), new SeededRandom(seed, stream ^ 1));
        ulong[] bits = [one.NextBits(), one.NextBits()];
        Assert.Equal(bits, new[] { same.NextBits(), same.NextBits() });
        Assert.NotEqual(bits, new[] { other.NextBits(), other.NextBits() });
        Assert.NotEqual(bits, new[] { beside.NextBits(), beside.NextBits() });
    });

    [Fact]
    public void Uniform_numbers_have_the_moments_of_the_uniform_distribution()
    {
        var random = new SeededRandom(1);
        double[] draws = [.. Enumerable.Range(0, Draws).Select(_ => random.NextUniform())];
        Assert.All(draws, u => Assert.InRange(u, 0, Math.BitDecrement(1.0)));
        HasMoments(draws, 0.5, 1.0 / 12);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_normal_distribution()
    {
        var random = new SeededRandom(2);
        double[] draws = [.. Enumerable.Range(0, Draws).Select(_ => random.NextNormal())];
        HasMoments(draws, 0, 1);
        Assert.Equal(0.9750021, draws.Count(x => x < 1.96) / (double)Draws, 0.0015);
        Assert.Equal(0.8413447, draws.Count(x => x > -1) / (double)Draws, 0.0035);
    }

    [Fact]
    public void Gumbel_numbers_have_the_moments_of_the_Gumbel_distribution()
    {
        var random = new SeededRandom(3);
        double[] draws = [.. Enumerable.Range(0, Draws).Select(_ => random.NextGumbel())];
        HasMoments(draws, 0.57721566490153286, Math.PI * Math.PI / 6);
        Assert.Equal(Math.Exp(-1), draws.Count(x => x < 0) / (double)Draws, 0.0045);
    }

    [Fact]
    public void Logarithms_of_open_uniform_numbers_are_finite()
    {
        Assert.True(double.IsFinite(-Math.Log(-Math.Log(0.5 / (1L << 52)))));
        Assert.True(double.IsFinite(-Math.Log(-Math.Log(((1L << 52) - 0.5) / (1L << 52)))));
        var random = new SeededRandom(4);
        for (int i = 0; i < Draws; i++)
        {
            double u = random.NextOpenUniform();
            Assert.True(u is > 0 and < 1);
        }
    }

    [Fact]
    public void Whole_numbers_are_equally_likely()
    {
        var random = new SeededRandom(5);
        var counts = new int[7];
        for (int i = 0; i < Draws; i++)
        {
            counts[random.NextBelow(7)]++;
        }

        // Six degrees of freedom: above 22.46 once in a thousand seeds, and this seed is not such.
        Assert.InRange(ChiSquared(counts, [1, 1, 1, 1, 1, 1, 1]), 0, 22.46);
        Assert.Equal(0, random.NextBelow(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeededRandom(5).NextBelow(0));
    }

    [Fact]
    public void Indices_are_drawn_in_proportion_to_their_weights()
    {
        double[] weights = [0, 1, 0.5, 0, 3, 0.25, 0];
        var random = new SeededRandom(6);
        var counts = new int[weights.Length];
        for (int i = 0; i < Draws; i++)
        {
            counts[random.NextCategorical<double>(weights)]++;
        }

        Assert.Equal([0, 0, 0], new[] { counts[0], counts[3], counts[6] });
        Assert.InRange(ChiSquared(counts, weights), 0, 16.27);
    }

    [Fact]
    public void A_tiny_or_huge_scale_of_the_weights_changes_nothing() => Gen.Select(Gen.Long, Gen.Int[-300, 300]).Sample((seed, exponent) =>
    {
        double[] weights = [.125, .5, .25, .125];
        double[] scaled = [.. weights.Select(weight => Math.ScaleB(weight, exponent))];
        (var one, var other) = (new SeededRandom(seed), new SeededRandom(seed));
        Assert.Equal(one.NextCategorical<double>(weights), other.NextCategorical<double>(scaled));
    });

    [Fact]
    public void Weights_that_are_none_are_refused_where_they_are()
    {
        Assert.Equal(1, Refused([1, -1]).Position);
        Assert.Equal(0, Refused([double.NaN]).Position);
        Assert.Equal(2, Refused([1, 2, double.PositiveInfinity]).Position);
        Assert.Equal(-1, Refused([0, 0]).Position);
        Assert.Equal(-1, Refused([]).Position);
    }

    private static OperandException Refused(double[] weights) => Assert.Throws<OperandException>(() => new SeededRandom(1).NextCategorical<double>(weights));

    // Mean and variance within five of their standard errors (the variance's taken for a kurtosis of at most 5.4, the Gumbel's).
    private static void HasMoments(double[] draws, double mean, double variance)
    {
        double found = draws.Average();
        Assert.Equal(mean, found, 5 * Math.Sqrt(variance / draws.Length));
        Assert.Equal(variance, draws.Average(x => (x - found) * (x - found)), 5 * variance * Math.Sqrt(4.4 / draws.Length));
    }

    private static double ChiSquared(int[] counts, double[] weights)
    {
        double total = weights.Sum();
        return counts.Select((count, i) => weights[i] == 0 ? 0 : Math.Pow(count - (Draws * weights[i] / total), 2) / (Draws * weights[i] / total)).Sum();
    }
}
