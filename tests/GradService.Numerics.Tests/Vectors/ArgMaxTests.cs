using CsCheck;
using GradService.Numerics.Tensors;
using GradService.Numerics.Vectors;

namespace GradService.Numerics.Tests.Vectors;

public sealed class ArgMaxTests
{
    private const float NaN = float.NaN;
    private const float Inf = float.PositiveInfinity;

    [Theory]
    [InlineData(new[] { 1f, 3f, 3f }, 1)]
    [InlineData(new[] { 1f, NaN, 3f }, 1)]
    [InlineData(new[] { NaN, NaN, Inf }, 0)]
    [InlineData(new[] { 1f, Inf, NaN }, 2)]
    [InlineData(new[] { -Inf, -Inf, -Inf }, 0)]
    [InlineData(new[] { -0f, 0f }, 0)]
    [InlineData(new[] { 5f }, 0)]
    public void Of_equal_values_the_first_and_NaN_above_all(float[] row, int expected)
    {
        var index = new int[1];
        ArgMax.Along<float>(row, new AxisView(1, row.Length, 1), index, default);
        Assert.Equal(expected, index[0]);
    }

    [Fact]
    public void Any_shape_on_any_number_of_threads_gives_what_a_plain_search_gives() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 70], Gen.Int[1, 300], Gen.Int[1, 70]).Sample(
            (seed, classes, outer, inner) =>
            {
                var view = new AxisView(outer, classes, inner);
                var random = new Random(seed);
                double[] values = [.. Enumerable.Range(0, view.Length).Select(_ => random.Next(40) == 0 ? double.NaN : random.Next(9))];
                var one = new int[view.Positions];
                var two = new int[view.Positions];
                ArgMax.Along<double>(values, view, one, new Execution(1));
                ArgMax.Along<double>(values, view, two, new Execution(2));
                Assert.Equal(one, two);
                for (int position = 0; position < view.Positions; position++)
                {
                    double[] row = [.. Enumerable.Range(0, classes).Select(c => values[(((position / inner * classes) + c) * inner) + (position % inner)])];
                    int expected = row.Any(double.IsNaN) ? Array.FindIndex(row, double.IsNaN) : Array.IndexOf(row, row.Max());
                    Assert.Equal(expected, one[position]);
                }
            },
            iter: 30);

    [Fact]
    public void Misfits_are_refused()
    {
        Assert.Equal("values", Assert.Throws<OperandException>(() => ArgMax.Along<float>([1], new AxisView(1, 2, 1), new int[1], default)).Operand);
        Assert.Equal("indices", Assert.Throws<OperandException>(() => ArgMax.Along<float>([1, 2], new AxisView(1, 2, 1), new int[2], default)).Operand);
        Assert.Equal("values", Assert.Throws<OperandException>(() => ArgMax.Along<float>([], new AxisView(1, 0, 1), new int[1], default)).Operand);
        ArgMax.Along<float>([], new AxisView(0, 0, 1), [], default);
    }
}
