using GradService.Numerics.Losses;
using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests.Losses;

/// <summary>The bounds promised of FP32, held at the largest size they are promised for: [4, 256, 256, 12] in either layout.</summary>
public sealed class FullSizeTests
{
    private const int Classes = 12;
    private const int Pixels = 256 * 256;

    [Theory]
    [InlineData(4 * Pixels, 1, Reduction.Mean)]
    [InlineData(4 * Pixels, 1, Reduction.None)]
    [InlineData(4, Pixels, Reduction.Mean)]
    [InlineData(4, Pixels, Reduction.None)]
    public void FP32_is_within_two_units_of_the_loss_and_4e_7_of_the_gradient(int outer, int inner, Reduction reduction)
    {
        var view = new AxisView(outer, Classes, inner);
        var random = new Random(20);
        float[] logits = [.. Enumerable.Range(0, view.Length).Select(_ => (float)(10 * (random.NextDouble() - 0.5)))];
        int[] labels = [.. Enumerable.Range(0, view.Positions).Select(_ => random.Next(Classes))];
        float[] weight = [.. Enumerable.Range(0, Classes).Select(_ => (float)(5 * random.NextDouble()))];
        bool each = reduction == Reduction.None;
        var losses = new float[each ? view.Positions : 0];
        var gradient = new float[view.Length];
        LossSummary found = CrossEntropy.Evaluate<float>(
            logits, view, labels, weight, [], [], [], new CrossEntropyOptions { Reduction = reduction }, losses, gradient, new Execution(2));

        double denominator = each ? 1 : labels.Sum(label => (double)weight[label]);
        double largest = 0;
        double furthest = 0;
        double sum = 0;
        var p = new double[Classes];
        for (int position = 0; position < view.Positions; position++)
        {
            int first = (position / inner * Classes * inner) + (position % inner);
            int y = labels[position];
            double maximum = double.NegativeInfinity;
            for (int c = 0; c < Classes; c++)
            {
                maximum = Math.Max(maximum, logits[first + (c * inner)]);
            }

            double total = 0;
            for (int c = 0; c < Classes; c++)
            {
                p[c] = Math.Exp(logits[first + (c * inner)] - maximum);
                total += p[c];
            }

            double loss = weight[y] * (Math.Log(total) + maximum - logits[first + (y * inner)]);
            sum += loss;
            if (each)
            {
                Assert.True(Math.Abs(losses[position] - loss) <= 2 * UnitInTheLastPlace(loss) + 1e-13, $"{losses[position]:R} for {loss:R} at {position}");
            }

            for (int c = 0; c < Classes; c++)
            {
                double expected = weight[y] * ((p[c] / total) - (c == y ? 1 : 0)) / denominator;
                largest = Math.Max(largest, Math.Abs(expected));
                furthest = Math.Max(furthest, Math.Abs(expected - gradient[first + (c * inner)]));
            }
        }

        Assert.True(Math.Abs((float)found.Loss - (sum / denominator)) <= 2 * UnitInTheLastPlace(sum / denominator), $"{found.Loss:R} for {sum / denominator:R}");
        Assert.True(furthest <= 4e-7 * largest, $"{furthest / largest:G3} of the largest gradient");
    }

    private static double UnitInTheLastPlace(double value)
    {
        float magnitude = MathF.Abs((float)value);
        return (double)MathF.BitIncrement(magnitude) - magnitude;
    }
}
