using System.Text.Json;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

public sealed class CrossEntropyOracleTests
{
    private static readonly JsonElement Cases = Oracle.Read("torch_edge_semantics.json").GetProperty("cases");
    private static readonly JsonElement Worked = Oracle.Read("worked_answers.json").GetProperty("6_weighted_ce");

    public static TheoryData<string> Names() =>
        [.. Cases.EnumerateArray().Where(c => c.GetProperty("name").GetString() != "empty_batch_mean" && c.TryGetProperty("fn", out JsonElement fn) && fn.GetString() == "cross_entropy").Select(c => c.GetProperty("name").GetString()!)];

    [Fact]
    public void Every_case_of_the_oracle_is_read() => Assert.Equal(59, Names().Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_and_gradient_are_those_of_PyTorch(string name)
    {
        JsonElement test = Cases.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        Problem problem = Read(test);
        if (test.TryGetProperty("error", out _))
        {
            Assert.Throws<OperandException>(() => Evaluation.Of<double>(problem));
            return;
        }

        Evaluation found = Evaluation.Of<double>(problem);
        double[] expected = Oracle.Flat(test.GetProperty("loss"));
        AssertClose(expected, problem.Options.Reduction == Reduction.None ? found.Losses : [found.Summary.Loss]);
        AssertClose(Oracle.Flat(test.GetProperty("grad_of_sum")), found.Gradient);
    }

    [Fact]
    public void An_empty_batch_has_a_mean_of_NaN_and_a_sum_of_zero()
    {
        var mean = new Problem(new AxisView(0, 3, 1), [], new CrossEntropyOptions());
        Assert.Equal(double.NaN, Evaluation.Of<double>(mean).Summary.Loss);
        Assert.Equal(0, Evaluation.Of<double>(mean with { Options = new() { Reduction = Reduction.Sum } }).Summary.Loss);
    }

    [Theory]
    [InlineData(Weighting.Labels, ApplyTo.Loss, Reduction.Sum, 22.4210452175259)]
    [InlineData(Weighting.Labels, ApplyTo.Loss, Reduction.Mean, 1.54968829476752)]
    [InlineData(Weighting.Labels, ApplyTo.Loss, Reduction.MeanElements, 5.60526130438148)]
    [InlineData(Weighting.Predictions, ApplyTo.Logits, Reduction.Mean, 2.21121887617928)]
    [InlineData(Weighting.Predictions, ApplyTo.Loss, Reduction.MeanElements, 0.311489596447251)]
    public void Weighting_by_label_or_by_prediction_gives_the_worked_answers(Weighting weighting, ApplyTo applyTo, Reduction reduction, double expected)
    {
        JsonElement inputs = Worked.GetProperty("inputs");
        var problem = new Problem(
            new AxisView(4, 12, 1),
            Oracle.Flat(inputs.GetProperty("logits")),
            new CrossEntropyOptions { Weighting = weighting, ApplyTo = applyTo, Reduction = reduction })
        {
            Labels = [.. Oracle.Flat(inputs.GetProperty("target")).Select(value => (int)value)],
            Weight = Oracle.Flat(inputs.GetProperty("class_weights")),
            Predictions = weighting == Weighting.Labels ? [] : [.. Oracle.Flat(Worked.GetProperty("prediction")).Select(value => (int)value)],
        };
        Evaluation found = Evaluation.Of<double>(problem);
        Assert.Equal(expected, found.Summary.Loss, 13);
        if (applyTo == ApplyTo.Logits)
        {
            AssertClose(Oracle.Flat(Worked.GetProperty("logit_scaling").GetProperty("grad")), found.Gradient);
        }
    }

    // The weight of 2 goes to the first column: 4.0174 + log 2 + log 10.
    [Theory]
    [InlineData(new[] { 1.0, 1.0 }, 4.01738352108597)]
    [InlineData(new[] { 2.0, 1.0 }, 7.01311579463996)]
    public void Probabilities_give_the_worked_answer_of_the_numpy_example(double[] weight, double expected)
    {
        double[] cells = Oracle.Flat(Worked.GetProperty("so_numpy_example").GetProperty("crossentropy_matrix"));
        var problem = new Problem(new AxisView(2, 2, 1), [.. cells.Select(loss => Math.Exp(-loss))], new() { From = ScoreKind.Probabilities, Reduction = Reduction.Sum })
        {
            Shares = [1, 1, 1, 1],
            Weight = weight,
        };
        Assert.Equal(expected, Evaluation.Of<double>(problem).Summary.Loss, 12);
    }

    private static void AssertClose(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int at = 0; at < expected.Length; at++)
        {
            // The oracle has 15 digits, of the logits too.
            Assert.True(expected[at].Equals(found[at]) || Math.Abs(expected[at] - found[at]) <= 2e-14 * Math.Max(1, Math.Abs(expected[at])), $"[{at}]: {expected[at]} was expected, {found[at]} was found.");
        }
    }

    private static Problem Read(JsonElement test)
    {
        JsonElement logits = test.GetProperty("logits");
        int[] lengths = Oracle.Lengths(logits);
        AxisView view = AxisView.Along(new Shape(lengths), lengths.Length > 1 ? 1 : 0);
        JsonElement given = test.GetProperty("options");
        JsonElement target = test.GetProperty("target");
        double[] labels = Oracle.Flat(target);
        bool shares = labels.Length == view.Length && Oracle.Lengths(target).Length == lengths.Length && target.GetRawText().Contains('.', StringComparison.Ordinal);
        var options = new CrossEntropyOptions
        {
            Reduction = !given.TryGetProperty("reduction", out JsonElement reduction) ? Reduction.Mean : Enum.Parse<Reduction>(reduction.GetString()!, ignoreCase: true),
            IgnoreIndex = given.TryGetProperty("ignore_index", out JsonElement ignored) ? ignored.GetInt32() : -100,
            LabelSmoothing = given.TryGetProperty("label_smoothing", out JsonElement smoothing) ? smoothing.GetDouble() : 0,
        };
        return new Problem(view, Oracle.Flat(logits), options)
        {
            Labels = shares ? [] : [.. labels.Select(label => (int)label)],
            Shares = shares ? labels : null,
            Weight = given.TryGetProperty("weight", out JsonElement weight) ? Oracle.Flat(weight) : [],
        };
    }
}
