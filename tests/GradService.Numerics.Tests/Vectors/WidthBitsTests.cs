using System.Numerics;
using GradService.Numerics.Activations;
using GradService.Numerics.Classification;
using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Vectors;

/// <summary>
/// What is computed on vectors of the machine's width, hashed once and recorded; .ci/run runs it again with DOTNET_EnableAVX512=0,
/// DOTNET_EnableAVX2=0 and DOTNET_EnableHWIntrinsic=0.
/// </summary>
public sealed class WidthBitsTests
{
    private static readonly AxisView[] Views = [new(2, 12, 131), new(67, 7, 1), new(1, 300, 9)];

    [Theory]
    [InlineData("focal", 7147304633473005128UL)]
    [InlineData("negative log-likelihood", 11089425942831671643UL)]
    [InlineData("probabilities", 3846210122080948229UL)]
    [InlineData("dice", 729718523599225993UL)]
    [InlineData("dice of many", 7283184282472924591UL)]
    [InlineData("squared dice", 15629815345359127410UL)]
    [InlineData("dice of shares", 9890510338042746781UL)]
    [InlineData("lovasz", 10036717722811963301UL)]
    [InlineData("softmax", 14763469689890638409UL)]
    [InlineData("log-softmax", 16381334948044851570UL)]
    [InlineData("log-sum-exp", 15427564190932467988UL)]
    [InlineData("binary cross-entropy", 9640185283706529681UL)]
    [InlineData("binary cross-entropy of probabilities", 7482105581302148749UL)]
    [InlineData("divergence", 8031317082252510895UL)]
    [InlineData("divergence of logarithms", 2897332996967274529UL)]
    [InlineData("logistic regression", 12625139650806380877UL)]
    [InlineData("softmax regression", 14996557162906484593UL)]
    public void The_bits_are_those_recorded_whatever_the_width_of_the_vectors(string work, ulong expected)
    {
        var hash = new Hash();
        foreach (AxisView view in Views)
        {
            AxisView some = work == "dice of many" ? view with { Outer = 60 * view.Outer } : view;
            Evaluate<float>(work, some, hash);
            Evaluate<double>(work, some, hash);
        }

        Assert.Equal(expected, hash.Value);
    }

    private static void Evaluate<T>(string work, AxisView view, Hash hash)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(11);
        T[] scores = Draw<T>(random, view.Length, -4, 4);
        T[] shares = Draw<T>(random, view.Length, 0, 1);
        int[] labels = [.. Enumerable.Range(0, view.Positions).Select(_ => random.Next(view.Count))];
        T[] weight = Draw<T>(random, view.Count, 0.5, 2);
        T[] gradient = new T[view.Length];
        T[] values = new T[view.Length];
        var execution = new Execution(1);
        double loss = 0;
        switch (work)
        {
            case "focal":
                loss = Focal.Evaluate<T>(scores, view, labels, weight, [], [], new FocalOptions { Gamma = 1.7 }, [], gradient, execution).Loss;
                break;
            case "negative log-likelihood":
                loss = Nll.Evaluate<T>(scores, view, labels, weight, [], [], [], new NllOptions { LabelSmoothing = 0.1 }, [], gradient, execution).Loss;
                break;
            case "probabilities":
                loss = CrossEntropy.Evaluate<T>(shares, view, labels, weight, [], [], [], new CrossEntropyOptions { From = ScoreKind.Probabilities, LabelSmoothing = 0.1 }, [], gradient, execution).Loss;
                break;
            case "dice":
            case "dice of many":
                loss = Agree<T>(scores, view, labels, [], OverlapOptions.Dice, values, gradient);
                break;
            case "squared dice":
                loss = Agree<T>(scores, view, labels, [], OverlapOptions.Dice with { Squared = true }, values, gradient);
                break;
            case "dice of shares":
                loss = Agree<T>(scores, view, [], shares, OverlapOptions.Dice, values, gradient);
                break;
            case "lovasz":
                int[] order = new int[view.Length];
                double[] errors = new double[LovaszSoftmax.ScratchLength(view, new LovaszSoftmaxOptions(), execution)];
                LovaszSoftmax.Order<T>(scores, view, labels, new LovaszSoftmaxOptions(), errors, order, execution);
                loss = LovaszSoftmax.Evaluate<T>(scores, view, labels, order, [], new LovaszSoftmaxOptions(), errors, gradient, execution).Loss;
                break;
            case "softmax":
                Softmax.Forward<T>(scores, view, 1.3, values, execution);
                Softmax.Backward<T>(scores, view, shares, 1.3, gradient, execution);
                break;
            case "log-softmax":
                LogSoftmax.Forward<T>(scores, view, 1.3, values, execution);
                LogSoftmax.Backward<T>(scores, view, shares, 1.3, gradient, execution);
                break;
            case "log-sum-exp":
                LogSumExp.Evaluate<T>(scores, view, 1.3, values.AsSpan(0, view.Positions), execution);
                break;
            case "binary cross-entropy":
                loss = BinaryCrossEntropy.Evaluate<T>(scores, shares, shares, [], [], new BinaryCrossEntropyOptions(), [], gradient, execution).Loss;
                break;
            case "binary cross-entropy of probabilities":
                loss = BinaryCrossEntropy.Evaluate<T>(shares, shares, [], shares, [], new BinaryCrossEntropyOptions { From = ScoreKind.Probabilities }, [], gradient, execution).Loss;
                break;
            case "divergence":
                loss = KlDivergence.Evaluate<T>(scores, shares, [], new KlDivergenceOptions(), [], gradient, execution).Loss;
                break;
            case "divergence of logarithms":
                loss = KlDivergence.Evaluate<T>(scores, scores, [], new KlDivergenceOptions { LogTarget = true }, [], gradient, execution).Loss;
                break;
            case "logistic regression":
                loss = Regress<T>(scores, view, [.. labels.Select(label => label % 2)], new LinearClassifier(view.Count, 1), values, gradient);
                break;
            case "softmax regression":
                loss = Regress<T>(scores, view, [.. labels.Select(label => label % 3)], new LinearClassifier(view.Count, 3), values, gradient);
                break;
        }

        hash.Add(loss);
        hash.Add<T>(values);
        hash.Add<T>(gradient);
    }

    private static double Agree<T>(T[] scores, AxisView view, int[] labels, T[] shares, OverlapOptions options, T[] perClass, T[] gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Overlap.Evaluate<T>(scores, view, labels, shares, [], options, new double[Overlap.ScratchLength(view, options)], perClass.AsSpan(0, view.Count), gradient, new Execution(1)).Loss;

    // The scores are the features of as many samples as there are positions, and the first of them the coefficients.
    private static double Regress<T>(T[] features, AxisView view, int[] labels, LinearClassifier classifier, Span<T> gradCoef, Span<T> gradIntercept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int parameters = classifier.Rows * classifier.Features;
        return LogisticLoss.Evaluate<T>(
            features, labels, [], features.AsSpan(0, parameters), features.AsSpan(0, classifier.Rows), classifier, [], new LogisticLossOptions(), [],
            gradCoef[..parameters], gradIntercept[..classifier.Rows], new Execution(1)).Loss;
    }

    private static T[] Draw<T>(Random random, int count, double least, double greatest)
        where T : IFloatingPoint<T> => [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating(least + (random.NextDouble() * (greatest - least))))];

    private sealed class Hash
    {
        public ulong Value { get; private set; } = 14695981039346656037;

        public void Add<T>(ReadOnlySpan<T> values)
            where T : IFloatingPoint<T>
        {
            foreach (T value in values)
            {
                Add(double.CreateTruncating(value));
            }
        }

        public void Add(double value) => Value = (Value ^ BitConverter.DoubleToUInt64Bits(value)) * 1099511628211;
    }
}
