using CsCheck;
using GradService.Numerics.Segmentation;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Segmentation;

public sealed class ClassWeightsTests
{
    private static (double[] Weight, double[] Frequencies) Evaluate(
        long[] counts, long[]? present, ClassWeightMethod method, double beta = 0.9999, MedianOfEven even = default, WeightNormalization normalization = default)
    {
        (double[] weight, double[] frequencies) = (new double[counts.Length], new double[counts.Length]);
        int occurring = ClassWeights.Evaluate(counts, present, method, weight, frequencies, beta, even, normalization);
        Assert.Equal(counts.Count(n => n > 0), occurring);
        return (weight, frequencies);
    }

    [Fact]
    public void Median_frequency_agrees_with_NumPy_and_its_other_median_with_PyTorch()
    {
        // numpy 1.24.2 and torch 1.13.0, over the images [500, 300, 200, 0], [0, 900, 90, 10], [1000, 0, 0, 0].
        (long[] counts, long[] present) = (new long[4], new long[4]);
        ClassCounts.FromImages([500, 300, 200, 0, 0, 900, 90, 10, 1000, 0, 0, 0], 3, counts, present);
        var (weight, frequencies) = Evaluate(counts, present, ClassWeightMethod.MedianFrequency);
        Close.All([0.75, 0.6, 0.145, 0.01], frequencies, 1e-15);
        Close.All([0.49666666666666665, 0.6208333333333333, 2.5689655172413794, 37.25], weight, 1e-14);
        Close.All(
            [0.19333333333333333, 0.24166666666666667, 1.0, 14.499999999999998],
            Evaluate(counts, present, ClassWeightMethod.MedianFrequency, even: MedianOfEven.Lower).Weight, 1e-14);
    }

    [Theory]
    [InlineData(new long[] { 900, 90, 10 }, new[] { 0.37037037037037035, 3.7037037037037037, 33.333333333333336 })]
    [InlineData(new long[] { 37, 0, 5, 1, 0, 0, 211 }, new[] { 1.7162162162162162, 0, 12.7, 63.5, 0, 0, 0.3009478672985782 })]
    public void Balanced_agrees_with_scikit_learn_over_the_classes_that_occur(long[] counts, double[] expected) =>
        // scikit-learn 1.2.1: compute_class_weight('balanced', classes=np.unique(y), y=y)
        Close.All(expected, Evaluate(counts, null, ClassWeightMethod.Balanced).Weight, 1e-15);

    [Theory]
    [InlineData(0.9999, 1, 1.0)]
    [InlineData(0.9999, 30, 0.033381691640133826)]
    [InlineData(0.9999, 5000, 0.0002541396138553662)]
    [InlineData(0.999999999, 7, 0.14285714328571428)]
    [InlineData(0.5, 3, 0.5714285714285714)]
    [InlineData(0.9, 1000000, 0.09999999999999998)]
    [InlineData(0.0, 12, 1.0)]
    public void The_effective_number_agrees_with_fifty_digits(double beta, long count, double expected) =>
        // Python 3.11's decimal at 50 digits, beta taken as the double it is.
        Close.All([expected], Evaluate([count], null, ClassWeightMethod.EffectiveNumber, beta).Weight, 1e-14);

    [Fact]
    public void The_effective_number_tends_to_one_over_n()
    {
        double nearest = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(1.0) - 1);
        Close.All([1.0 / 3, 1.0 / 1000], Evaluate([3, 1000], null, ClassWeightMethod.EffectiveNumber, nearest).Weight, 1e-12);
    }

    [Fact]
    public void Inverse_frequency_is_the_whole_over_the_class()
    {
        var (weight, frequencies) = Evaluate([900, 0, 90, 10], null, ClassWeightMethod.InverseFrequency);
        Close.All([1000.0 / 900, 0, 1000.0 / 90, 100], weight, 1e-15);
        Close.All([0.9, 0, 0.09, 0.01], frequencies, 1e-15);
    }

    [Fact]
    public void Weights_make_the_pull_of_every_class_equal() => Gen.Long[1, 1_000_000].Array[1, 9].Sample(counts =>
    {
        foreach (var method in (ClassWeightMethod[])[ClassWeightMethod.MedianFrequency, ClassWeightMethod.InverseFrequency, ClassWeightMethod.Balanced])
        {
            double[] pull = [.. Evaluate(counts, null, method).Weight.Zip(counts, (w, n) => w * n)];
            Close.All([.. pull.Select(_ => pull[0])], pull, 1e-13);
        }
    });

    [Fact]
    public void Median_frequency_does_not_change_when_every_count_is_scaled() =>
        Gen.Select(Gen.Long[0, 1000].Array[1, 9], Gen.Long[0, 500], Gen.Long[1, 1_000_000]).Sample((counts, more, scale) =>
        {
            long[] present = [.. counts.Select(n => n == 0 ? 0 : n + more)];
            var first = Evaluate(counts, present, ClassWeightMethod.MedianFrequency);
            var scaled = Evaluate([.. counts.Select(n => n * scale)], [.. present.Select(n => n * scale)], ClassWeightMethod.MedianFrequency);
            Assert.Equal(first.Weight, scaled.Weight);
            Assert.Equal(first.Frequencies, scaled.Frequencies);
        });

    [Fact]
    public void The_class_in_the_middle_weighs_1() => Gen.Long[1, 1000].Array[7].Sample(counts =>
        Assert.Contains(1.0, Evaluate(counts, null, ClassWeightMethod.MedianFrequency).Weight));

    [Fact]
    public void Published_street_scene_weights_come_back_from_their_frequencies()
    {
        // None of the 11 published weights is 1, as one would be if the median were over 11 classes: it was the mean of the two
        // middle ones of 12, the twelfth (void) being set to 0 afterwards. Its frequency follows from its neighbour's.
        double[] published = WorkedAnswers.Item("6_weighted_ce").GetProperty("inputs").GetProperty("class_weights").Flat();
        double[] frequencies = [.. published[..11].Select(w => 0.05 / w), 0.05 * (2 - 1 / 0.9051)];
        const long Pixels = 1_000_000_000_000;
        var (weight, _) = Evaluate(
            [.. frequencies.Select(f => (long)Math.Round(f * Pixels))], [.. frequencies.Select(_ => Pixels)], ClassWeightMethod.MedianFrequency);
        Close.All(published.AsSpan(0, 11), weight.AsSpan(0, 11), 1e-9);
        Assert.InRange(weight[11], 0.9051, 1.8418);
    }

    [Fact]
    public void An_absent_class_weighs_nothing_and_does_not_move_the_median()
    {
        foreach (var method in Enum.GetValues<ClassWeightMethod>())
        {
            double[] weight = Evaluate([5, 15, 20], [40, 40, 20], method).Weight;
            Assert.Equal([weight[0], 0, weight[1], weight[2], 0], Evaluate([5, 0, 15, 20, 0], [40, 0, 40, 20, 0], method).Weight);
        }
    }

    [Fact]
    public void Nothing_counted_weighs_nothing()
    {
        foreach (var method in Enum.GetValues<ClassWeightMethod>())
        {
            Assert.Equal([0, 0], Evaluate([0, 0], [0, 0], method, normalization: WeightNormalization.MeanOne).Weight);
            Assert.Empty(Evaluate([], null, method).Weight);
        }
    }

    [Fact]
    public void Counts_alone_are_taken_for_one_image()
    {
        (long[] counts, long[] present) = (new long[3], new long[3]);
        ClassCounts.FromImages([900, 0, 100], 1, counts, present);
        Assert.Equal(Evaluate(counts, present, ClassWeightMethod.MedianFrequency).Weight, Evaluate([900, 0, 100], null, ClassWeightMethod.MedianFrequency).Weight);
    }

    [Fact]
    public void Weights_can_be_scaled_over_the_classes_that_occur_or_over_all()
    {
        double[] plain = Evaluate([900, 0, 90, 10], null, ClassWeightMethod.InverseFrequency).Weight;
        double[] meanOne = Evaluate([900, 0, 90, 10], null, ClassWeightMethod.InverseFrequency, normalization: WeightNormalization.MeanOne).Weight;
        double[] toClasses = Evaluate([900, 0, 90, 10], null, ClassWeightMethod.InverseFrequency, normalization: WeightNormalization.SumToClasses).Weight;
        Assert.Equal(3, meanOne.Sum(), 1e-14);
        Assert.Equal(4, toClasses.Sum(), 1e-14);
        Close.All([.. plain.Select(w => w * 3 / plain.Sum())], meanOne, 1e-14);
        Close.All([.. plain.Select(w => w * 4 / plain.Sum())], toClasses, 1e-14);
    }

    [Fact]
    public void Huge_counts_are_exact()
    {
        var (weight, _) = Evaluate([long.MaxValue - 1, 1], null, ClassWeightMethod.Balanced);
        Close.All([0.5, 4.611686018427388e18], weight, 1e-15);
    }

    [Theory]
    [InlineData(new long[] { 3, -1 }, null, "counts", 1)]
    [InlineData(new long[] { long.MaxValue, 1 }, null, "counts", 1)]
    [InlineData(new long[] { 3, 1 }, new long[] { 3 }, "presentPixels", -1)]
    [InlineData(new long[] { 3, 5 }, new long[] { 8, 4 }, "presentPixels", 1)]
    [InlineData(new long[] { 3, 0 }, new long[] { 8, 4 }, "presentPixels", 1)]
    [InlineData(new long[] { 3, 0 }, new long[] { 8, -4 }, "presentPixels", 1)]
    public void Counts_that_cannot_be_are_refused_where_they_are(long[] counts, long[]? present, string operand, int position)
    {
        var wrong = Assert.Throws<OperandException>(() => Evaluate(counts, present, ClassWeightMethod.MedianFrequency));
        Assert.Equal((operand, position), (wrong.Operand, wrong.Position));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Beta_runs_from_0_to_below_1(double beta) =>
        Assert.Equal("beta", Assert.Throws<OperandException>(() => Evaluate([1], null, ClassWeightMethod.EffectiveNumber, beta)).Operand);
}
