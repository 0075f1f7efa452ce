using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests;

public sealed class ShapeTests
{
    [Fact]
    public void A_scalar_has_no_axes_and_one_element()
    {
        Assert.Equal(0, Shape.Scalar.Rank);
        Assert.Equal(1, Shape.Scalar.Length);
        Assert.Equal("[]", Shape.Scalar.ToString());
    }

    [Fact]
    public void A_zero_length_makes_an_empty_shape() => Assert.Equal(0, new Shape(4, 0, 3).Length);

    [Fact]
    public void An_overflowing_product_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(65536, 65536));

    [Theory]
    [InlineData(new[] { 3 }, new[] { 2, 3 }, true)]
    [InlineData(new[] { 2, 1 }, new[] { 2, 3 }, true)]
    [InlineData(new int[0], new[] { 2, 3 }, true)]
    [InlineData(new[] { 2 }, new[] { 2, 3 }, false)]
    [InlineData(new[] { 1, 2, 3 }, new[] { 2, 3 }, false)]
    public void Broadcasting_repeats_axes_of_length_one(int[] from, int[] to, bool expected) =>
        Assert.Equal(expected, new Shape(from).BroadcastsTo(new Shape(to)));

    [Fact]
    public void Unravel_finds_the_index_along_each_axis() => Assert.Equal([1, 0, 2], new Shape(2, 3, 4).Unravel(14));

    [Theory]
    [InlineData(-1, 6, 4, 1)]
    [InlineData(1, 2, 3, 4)]
    [InlineData(0, 1, 2, 12)]
    public void A_view_along_an_axis_has_what_lies_before_and_after_it(int axis, int outer, int count, int inner) =>
        Assert.Equal(new AxisView(outer, count, inner), AxisView.Along(new Shape(2, 3, 4), axis));
}

public sealed class TensorScopeTests
{
    [Fact]
    public void What_a_scope_rents_is_charged_and_given_back()
    {
        var budget = new MemoryBudget(100);
        using (var scope = new TensorScope(budget))
        {
            Assert.Equal(4, scope.Rent<double>(new Shape(2, 2)).Span.Length);
            Assert.Equal(32, budget.Taken);
            Assert.Throws<MemoryBudgetException>(() => scope.Rent<double>(new Shape(10)));
            Assert.Equal(32, budget.Taken);
        }

        Assert.Equal(0, budget.Taken);
    }

    [Fact]
    public void A_tensor_refuses_bytes_that_are_not_its_shapes() =>
        Assert.Throws<ArgumentException>(() => new Tensor<float>(new Shape(2), new byte[7]));
}
