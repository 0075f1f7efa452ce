using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

public sealed class CrossEntropyExtremesTests
{
    private const double Inf = double.PositiveInfinity;

    [Theory]
    [InlineData(1e30)]
    [InlineData(1e4)]
    [InlineData(30)]
    [InlineData(1e-3)]
    [InlineData(1e-30)]
    public void Logits_of_any_size_keep_their_digits(double scale)
    {
        foreach (bool shares in new[] { false, true })
        {
            Problem problem = Problems.Random(3, new AxisView(300, 12, 1), new CrossEntropyOptions { Reduction = Reduction.None }, shares, scale: scale);
            (_, double[] losses, double[] gradient, _, _) = Reference.Evaluate(problem);
            Evaluation found = Evaluation.Of<float>(problem);
            for (int position = 0; position < losses.Length; position++)
            {
                Assert.True(Evaluation.Ulps(losses[position], found.Losses[position]) <= 2, $"{losses[position]:R} {found.Losses[position]:R}");
            }

            Assert.True(Evaluation.Distance(gradient, found.Gradient) <= 4e-7);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(12.3)]
    [InlineData(20.7)]
    [InlineData(45)]
    [InlineData(80)]
    public void A_probability_nearly_1_leaves_a_loss_with_all_its_digits(double lead)
    {
        var labels = new Problem(new AxisView(1, 4, 1), [(float)lead, (float)-0.3, (float)0.7, 0], new CrossEntropyOptions()) { Labels = [0] };
        foreach (Problem problem in new[] { labels, labels with { Labels = [], Shares = [1, 0, 0, 0] } })
        {
            (double loss, _, double[] gradient, _, _) = Reference.Evaluate(problem);
            Assert.True(Evaluation.Ulps(loss, (float)Evaluation.Of<float>(problem).Summary.Loss) <= 1);
            Assert.Equal(loss, Evaluation.Of<double>(problem).Summary.Loss, 1e-15 * loss);
            Assert.True(Evaluation.Distance(gradient, Evaluation.Of<double>(problem).Gradient) <= 1e-15);
            Assert.True(Evaluation.Distance(gradient, Evaluation.Of<float>(problem).Gradient) <= 1.2e-7);
        }
    }

    [Fact]
    public void An_FP64_loss_may_be_subnormal()
    {
        var problem = new Problem(new AxisView(1, 2, 1), [0, -720], new CrossEntropyOptions()) { Labels = [0] };
        Assert.Equal(Math.Exp(-720), Evaluation.Of<double>(problem).Summary.Loss);
    }

    [Theory]
    [InlineData(new[] { Inf, 0.0, 0.0 }, 0, double.NaN)]
    [InlineData(new[] { Inf, 0.0, 0.0 }, 1, double.NaN)]
    [InlineData(new[] { Inf, Inf, 0.0 }, 2, double.NaN)]
    [InlineData(new[] { -Inf, -Inf, -Inf }, 0, double.NaN)]
    [InlineData(new[] { -Inf, 0.0, 0.0 }, 0, Inf)]
    [InlineData(new[] { 0.0, -Inf, -Inf }, 0, 0.0)]
    [InlineData(new[] { double.NaN, 0.0, 0.0 }, 1, double.NaN)]
    [InlineData(new[] { 0.0, 0.0, double.NaN }, 2, double.NaN)]
    public void Non_finite_logits_of_one_position_stay_there(double[] row, int label, double expected)
    {
        foreach (AxisView view in new AxisView[] { new(17, 3, 1), new(1, 3, 17) })
        {
            var logits = new double[view.Length];
            for (int c = 0; c < 3; c++)
            {
                logits[view.Inner == 1 ? (11 * 3) + c : (c * 17) + 11] = row[c];
            }

            var labels = new int[17];
            labels[11] = label;
            var problem = new Problem(view, logits, new CrossEntropyOptions { Reduction = Reduction.None }) { Labels = labels };
            Check(Evaluation.Of<double>(problem));
            Check(Evaluation.Of<float>(problem));
            void Check(Evaluation found)
            {
                Assert.Equal(expected, found.Losses[11]);
                Assert.Equal(16, found.Losses.Count(loss => Math.Abs(loss - Math.Log(3)) < 1e-6));
                Assert.Equal(double.IsNaN(expected) ? 3 : 0, found.Gradient.Count(double.IsNaN));
            }
        }
    }

    [Fact]
    public void A_NaN_with_a_payload_stays_a_NaN()
    {
        double odd = BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_07FF);
        var problem = new Problem(new AxisView(1, 3, 1), [odd, 1, 2], new CrossEntropyOptions()) { Labels = [1] };
        Evaluation found = Evaluation.Of<double>(problem);
        Assert.Equal(double.NaN, found.Summary.Loss);
        Assert.All(found.Gradient, value => Assert.Equal(double.NaN, value));
    }

    [Fact]
    public void Scores_without_classes_are_refused()
    {
        var shares = new Problem(new AxisView(3, 0, 1), [], new CrossEntropyOptions()) { Shares = [] };
        Assert.Equal("logits", Assert.Throws<OperandException>(() => Evaluation.Of<float>(shares)).Operand);
        var ignored = new Problem(new AxisView(2, 0, 1), [], new CrossEntropyOptions { Reduction = Reduction.None }) { Labels = [-100, -100] };
        Assert.Equal("logits", Assert.Throws<OperandException>(() => Evaluation.Of<float>(ignored)).Operand);
    }

    [Fact]
    public void Ignored_elements_may_have_any_sample_weight()
    {
        var problem = new Problem(new AxisView(2, 2, 1), [1, 2, 3, 4], new CrossEntropyOptions()) { Labels = [-100, 0], SampleWeight = [double.NaN, 2] };
        Evaluation found = Evaluation.Of<double>(problem);
        Assert.Equal((2, 1), (found.Summary.Denominator, found.Summary.Counted));
        Assert.Equal(Reference.LogOnePlus(Math.E), found.Summary.Loss, 1e-15);
        Assert.Equal([0.0, 0.0], found.Gradient[..2]);
    }

    [Fact]
    public void Probabilities_outside_the_clip_have_no_slope()
    {
        var problem = new Problem(new AxisView(3, 2, 1), [0, 1, 1, 0, 0.25, 0.75], new CrossEntropyOptions { From = ScoreKind.Probabilities, Reduction = Reduction.None, Epsilon = 1e-3 }) { Labels = [0, 0, 0] };
        Evaluation found = Evaluation.Of<double>(problem);
        Assert.Equal(-Math.Log(1e-3), found.Losses[0], 1e-14);
        Assert.Equal(1.0005003335835335e-3, found.Losses[1], 1e-17);
        Assert.Equal([0.0, 0.0, 0.0, 0.0, -4.0, 0.0], found.Gradient);
    }
}
