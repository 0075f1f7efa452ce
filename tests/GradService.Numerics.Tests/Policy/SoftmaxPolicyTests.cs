using CsCheck;
using GradService.Numerics.Policy;
using GradService.Numerics.Tests.Oracles;

namespace GradService.Numerics.Tests.Policy;

public sealed class SoftmaxPolicyTests
{
    private static (double[] P, double[] LogP, double[] Entropy) Evaluate(
        double[] states, double[] theta, int features, int actions, bool[]? mask = null, double temperature = 1)
    {
        int samples = features == 0 ? 1 : states.Length / features;
        (double[] p, double[] logP, double[] entropy) = (new double[samples * actions], new double[samples * actions], new double[samples]);
        SoftmaxPolicy.Evaluate<double>(states, theta, features, actions, mask, temperature, p, logP, entropy);
        return (p, logP, entropy);
    }

    /// <summary>A policy whose one feature is 1, so that theta is the logits.</summary>
    private static (double[] P, double[] LogP, double[] Entropy) OfLogits(params double[] logits) => Evaluate([1], logits, 1, logits.Length);

    [Fact]
    public void It_agrees_with_the_worked_answer()
    {
        var answer = WorkedAnswers.Item("1_softmax_policy");
        var inputs = answer.GetProperty("inputs");
        var (p, logP, entropy) = Evaluate(inputs.GetProperty("state").Flat(), inputs.GetProperty("w").Flat(), 4, 2);
        Close.All(answer.GetProperty("probs").Flat(), p, 1e-14);
        Assert.Equal(answer.GetProperty("log_prob").GetDouble(), logP[1], 1e-14);
        Assert.Equal(answer.GetProperty("entropy").GetDouble(), entropy[0], 1e-14);
    }

    [Fact]
    public void It_agrees_with_PyTorch_under_a_mask_and_a_temperature()
    {
        // torch 1.13.0 FP64: ((S @ theta) / 0.5).masked_fill(~mask, -inf).log_softmax(-1)
        var (p, logP, entropy) = Evaluate(
            [1, 2, -0.5, 0.25, 3, -1], [.1, .2, -.7, .3, .4, .9], 2, 3, [true, true, false, true, true, true, false, true, false], 0.5);
        Close.All([0.3543436937742045, 0.6456563062257954, 0, 0.2018002418582691, 0.19195832792694623, 0.6062414302147847, 0, 1, 0], p, 1e-14);
        const double Never = double.NegativeInfinity;
        Close.All(
            [-1.0374879504858858, -0.4374879504858857, Never, -1.6004769725585444, -1.6504769725585444, -0.5004769725585445, Never, 0, Never],
            logP, 1e-14);
        Close.All([0.6500941667504083, 0.9432093157186286, 0], entropy, 1e-14);
    }

    [Fact]
    public void The_worked_overflow_stays_finite()
    {
        var overflow = WorkedAnswers.Item("1_softmax_policy").GetProperty("naive_overflow");
        var (p, logP, _) = OfLogits(overflow.GetProperty("logits").Flat());
        Close.All(overflow.GetProperty("stable").Flat(), p, 1e-14);
        Close.All(overflow.GetProperty("log_softmax").Flat(), logP, 1e-14);
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(1e30)]
    public void Huge_logits_are_no_trouble(double huge)
    {
        var (p, logP, entropy) = OfLogits(huge, huge, -huge);
        Assert.Equal([0.5, 0.5, 0], p);
        Close.All([-Math.Log(2), -Math.Log(2), -2 * huge - Math.Log(2)], logP, 1e-15);
        Assert.Equal(Math.Log(2), entropy[0], 1e-15);
    }

    [Fact]
    public void A_probability_that_underflows_still_has_a_logarithm()
    {
        var (p, logP, entropy) = OfLogits(0, -800);
        Assert.Equal([1, 0], p);
        Assert.Equal([0, -800], logP);
        Assert.Equal(0, entropy[0]);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(30)]
    [InlineData(40)]
    public void A_nearly_certain_action_keeps_its_tiny_surprise(double lead)
    {
        double rest = Math.Exp(-lead);
        var (_, logP, entropy) = OfLogits(0, -lead);
        double surprise = rest - rest * rest / 2;
        Assert.Equal(-surprise, logP[0], rest * 1e-14);
        Assert.Equal((surprise + rest * (lead + surprise)) / (1 + rest), entropy[0], rest * 1e-13);
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void A_logit_beyond_numbers_makes_its_sample_not_a_number(double logit)
    {
        var (p, logP, entropy) = OfLogits(0, logit, 1);
        Assert.All([.. p, .. logP, .. entropy], value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void Ties_share_alike()
    {
        var (p, _, entropy) = OfLogits(3, 3, 3, 3);
        Assert.Equal([0.25, 0.25, 0.25, 0.25], p);
        Assert.Equal(Math.Log(4), entropy[0], 1e-15);
    }

    [Fact]
    public void One_action_is_certain()
    {
        var (p, logP, entropy) = OfLogits(-3);
        Assert.Equal(([1.0], [0.0], [0.0]), (p, logP, entropy), new Bits());
    }

    [Fact]
    public void A_state_without_features_leaves_the_policy_uniform() => Assert.Equal([0.5, 0.5], Evaluate([], [], 0, 2).P);

    [Fact]
    public void An_empty_batch_has_empty_answers() => Assert.Empty(Evaluate([], [1, 2], 1, 2).P);

    [Fact]
    public void A_masked_action_is_out_whatever_its_logit()
    {
        var (p, logP, entropy) = Evaluate([1, 1], [double.NaN, 2, double.PositiveInfinity], 1, 3, [false, true, false, false, true, false]);
        Assert.Equal([0, 1, 0, 0, 1, 0], p);
        Assert.Equal(0, logP[1]);
        Assert.Equal(double.NegativeInfinity, logP[2]);
        Assert.Equal([0, 0], entropy);
    }

    [Fact]
    public void A_row_that_is_not_a_number_spares_its_masked_actions_and_the_other_rows()
    {
        var (p, logP, entropy) = Evaluate([double.NaN, 1], [1, 2, 3], 1, 3, [true, true, false, true, true, false]);
        Assert.Equal([double.NaN, double.NaN, 0], p[..3]);
        Assert.Equal([double.NaN, double.NaN, double.NegativeInfinity], logP[..3]);
        Assert.True(double.IsNaN(entropy[0]));
        Assert.Equal(1, p[3..].Sum(), 1e-15);
    }

    [Fact]
    public void A_mask_that_allows_everything_changes_no_bit() => Gen.Double[-9, 9].Array[6].Sample(theta =>
    {
        double[] states = [0.3, -1.2, 0.7, 2];
        var (p, logP, entropy) = Evaluate(states, theta, 2, 3);
        var masked = Evaluate(states, theta, 2, 3, [true, true, true, true, true, true]);
        Assert.Equal(p, masked.P);
        Assert.Equal(logP, masked.LogP);
        Assert.Equal(entropy, masked.Entropy);
    });

    [Fact]
    public void A_forbidden_action_leaves_the_policy_over_the_others() => Gen.Double[-9, 9].Array[3].Sample(logits =>
    {
        double[] p = Evaluate([1], logits, 1, 3, [true, false, true]).P;
        double[] without = OfLogits(logits[0], logits[2]).P;
        Assert.Equal([without[0], 0, without[1]], p);
    });

    [Fact]
    public void Probabilities_sum_to_1_and_entropy_lies_between_0_and_ln_A() => Gen.Double[-800, 800].Array[1, 12].Sample(logits =>
    {
        var (p, _, entropy) = OfLogits(logits);
        Assert.Equal(1, p.Sum(), 1e-14);
        Assert.InRange(entropy[0], 0, Math.Log(logits.Length) + 1e-14);
    });

    [Fact]
    public void Actions_in_another_order_have_the_same_probabilities() => Gen.Double[-20, 20].Array[5].Sample(logits =>
    {
        int[] order = [3, 0, 4, 2, 1];
        var (p, logP, entropy) = OfLogits(logits);
        var other = OfLogits([.. order.Select(a => logits[a])]);
        Close.All([.. order.Select(a => p[a])], other.P, 1e-14);
        Close.All([.. order.Select(a => logP[a])], other.LogP, 1e-14, 1e-15);
        Assert.Equal(entropy[0], other.Entropy[0], 1e-14);
    });

    [Fact]
    public void FP32_answers_are_the_FP64_ones_rounded_once() => Gen.Float[-9, 9].Array[6].Sample(theta =>
    {
        float[] states = [0.3f, -1.2f, 0.7f, 2];
        (float[] p, float[] logP, float[] entropy) = (new float[6], new float[6], new float[2]);
        SoftmaxPolicy.Evaluate<float>(states, theta, 2, 3, default, 0.7, p, logP, entropy);
        var exact = Evaluate([.. states.Select(s => (double)s)], [.. theta.Select(t => (double)t)], 2, 3, temperature: 0.7);
        Assert.Equal([.. exact.P.Select(value => (float)value)], p);
        Assert.Equal([.. exact.LogP.Select(value => (float)value)], logP);
        Assert.Equal([.. exact.Entropy.Select(value => (float)value)], entropy);
    });

    [Fact]
    public void A_sample_without_an_allowed_action_is_refused_where_it_is()
    {
        var wrong = Assert.Throws<OperandException>(() => Evaluate([1, 1], [1, 2], 1, 2, [true, false, false, false]));
        Assert.Equal(("actionMask", 2), (wrong.Operand, wrong.Position));
        Assert.Contains("Sample 1 has no allowed action", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Operands_that_do_not_fit_together_are_named()
    {
        Assert.Equal("theta", Assert.Throws<OperandException>(() => Evaluate([1, 1], [1, 2, 3], 2, 2)).Operand);
        Assert.Equal("theta", Assert.Throws<OperandException>(() => Evaluate([], [], 1, 0)).Operand);
        Assert.Equal("actionMask", Assert.Throws<OperandException>(() => Evaluate([1], [1, 2], 1, 2, [true])).Operand);
        Assert.Equal("temperature", Assert.Throws<OperandException>(() => Evaluate([1], [1, 2], 1, 2, temperature: 0)).Operand);
        var p = new double[4];
        Assert.Equal("states", Assert.Throws<OperandException>(() => SoftmaxPolicy.Evaluate<double>([1, 2, 3], [1, 2], 1, 2, default, 1, p, default, default)).Operand);
    }

    [Fact]
    public void A_cancelled_run_stops() => Assert.Throws<OperationCanceledException>(() =>
        SoftmaxPolicy.Evaluate<double>([1], [1, 2], 1, 2, default, 1, new double[2], default, default, new Execution(1, new CancellationToken(true))));

    private sealed class Bits : IEqualityComparer<(double[], double[], double[])>
    {
        public bool Equals((double[], double[], double[]) x, (double[], double[], double[]) y) =>
            Raw(x).SequenceEqual(Raw(y));

        public int GetHashCode((double[], double[], double[]) obj) => 0;

        private static IEnumerable<long> Raw((double[], double[], double[]) all) =>
            all.Item1.Concat(all.Item2).Concat(all.Item3).Select(BitConverter.DoubleToInt64Bits);
    }
}
