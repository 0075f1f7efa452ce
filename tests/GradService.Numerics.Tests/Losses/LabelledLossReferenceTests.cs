using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

/// <summary>Every combination of options, both layouts and both types, against the definition.</summary>
public sealed class LabelledLossReferenceTests
{
    private static readonly bool[] Either = [false, true];

    public static TheoryData<string, Reduction> Forms() =>
        [.. from form in new[] { "logits", "probabilities", "log_probs" } from reduction in Enum.GetValues<Reduction>() select (form, reduction)];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_combination_agrees_with_the_definition(string form, Reduction reduction)
    {
        int seed = 0;
        var combinations =
            from weighting in Enum.GetValues<Weighting>()
            from applyTo in form == "logits" ? Enum.GetValues<ApplyTo>() : [ApplyTo.Loss]
            from smoothing in new[] { 0, 0.1, 1 }
            from shares in Either
            from weight in Either
            from sampleWeight in Either
            from upstream in Either
            from view in new AxisView[] { new(19, 5, 1), new(3, 5, 7), new(1, 5, 19) }
            select (weighting, applyTo, smoothing, shares, weight, sampleWeight, upstream, view);
        foreach (var a in combinations)
        {
            var options = new CrossEntropyOptions
            {
                From = form == "probabilities" ? ScoreKind.Probabilities : ScoreKind.Logits,
                Reduction = reduction,
                LabelSmoothing = a.smoothing,
                Weighting = a.weighting,
                ApplyTo = a.applyTo,
                Examples = 3,
                Epsilon = 0.0625,
            };
            AssertAgrees(Problems.Random(seed++, a.view, options, a.shares, a.weight, a.sampleWeight, a.upstream, form == "log_probs"));
        }
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0)]
    public void Every_number_of_classes_and_positions_agrees_with_the_definition(bool shares, double smoothing)
    {
        for (int length = 1; length <= 70; length++)
        {
            foreach (AxisView view in new AxisView[] { new(3, length, 1), new(length, 3, 1), new(1, 3, length), new(2, 4, length), new(1, length, 9), new(length, 2, 3) })
            {
                AssertAgrees(Problems.Random(length, view, new CrossEntropyOptions { LabelSmoothing = smoothing }, shares));
            }
        }
    }

    [Theory]
    [InlineData(65, 100)]
    [InlineData(129, 70)]
    [InlineData(257, 33)]
    [InlineData(1000, 20)]
    [InlineData(30000, 5)]
    public void Many_classes_agree_with_the_definition(int classes, int positions)
    {
        AssertAgrees(Problems.Random(classes, new AxisView(positions, classes, 1), new CrossEntropyOptions()));
        AssertAgrees(Problems.Random(classes, new AxisView(1, classes, positions), new CrossEntropyOptions()));
    }

    [Fact]
    public void Several_chunks_agree_with_the_definition()
    {
        AssertAgrees(Problems.Random(1, new AxisView(40000, 3, 1), new CrossEntropyOptions()));
        AssertAgrees(Problems.Random(2, new AxisView(2, 3, 20011), new CrossEntropyOptions { Reduction = Reduction.None }));
    }

    private static void AssertAgrees(Problem problem)
    {
        (double loss, double[] losses, double[] gradient, double denominator, long counted) = Reference.Evaluate(problem);
        Evaluation wide = Evaluation.Of<double>(problem);
        Evaluation narrow = Evaluation.Of<float>(problem);
        Assert.Equal(counted, wide.Summary.Counted);
        Assert.Equal(counted, narrow.Summary.Counted);
        if (counted == 0)
        {
            return;
        }

        // Sums of positive terms in another order differ by a few units; FP32 within its bounds: 2 ulp, and 4e-7 of the largest.
        Assert.Equal(denominator, wide.Summary.Denominator, 1e-13 * denominator);
        Assert.Equal(loss, wide.Summary.Loss, 2e-14 * Math.Abs(loss));
        Assert.True(Evaluation.Ulps(loss, (float)narrow.Summary.Loss) <= 2, $"{narrow.Summary.Loss} is not {loss}.");
        Assert.True(Evaluation.Distance(gradient, wide.Gradient) <= 1e-14, $"{problem.Options} {problem.View}: gradients are {Evaluation.Distance(gradient, wide.Gradient)} apart.");
        Assert.True(Evaluation.Distance(gradient, narrow.Gradient) <= 4e-7, $"{problem.Options} {problem.View}: FP32 gradients are {Evaluation.Distance(gradient, narrow.Gradient)} apart.");
        for (int position = 0; position < wide.Losses.Length; position++)
        {
            Assert.Equal(losses[position], wide.Losses[position], 2e-14 * Math.Abs(losses[position]));
            Assert.True(Evaluation.Ulps(losses[position], narrow.Losses[position]) <= 2, $"[{position}]: {narrow.Losses[position]} is not {losses[position]}.");
        }
    }
}
