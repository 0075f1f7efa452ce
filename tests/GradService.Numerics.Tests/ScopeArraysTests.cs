using GradService.Numerics.Tensors;

namespace GradService.Numerics.Tests;

public sealed class ScopeArraysTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(ScopeArrays.SmallLength)]
    [InlineData(ScopeArrays.SmallLength + 1)]
    [InlineData(3_145_728)]
    public void An_array_is_at_least_as_long_as_asked_for_and_comes_back(int count)
    {
        byte[] array = ScopeArrays.Rent(count);
        Assert.InRange(array.Length, count, Math.Max(16, 2 * count));
        ScopeArrays.Return(array);
    }

    [Fact]
    public void Large_arrays_are_used_again_and_kept_up_to_a_sum_however_many_come_back()
    {
        var arrays = new LargeArrays(10 << 20);
        byte[] first = arrays.Rent(3 << 20);
        arrays.Return(first);
        Assert.Same(first, arrays.Rent(3_500_000));
        foreach (byte[] array in Enumerable.Range(0, 5).Select(_ => arrays.Rent(4 << 20)).ToList())
        {
            arrays.Return(array);
        }

        Assert.Equal(8 << 20, arrays.KeptBytes);
    }

    [Fact]
    public void What_nobody_has_used_between_two_calls_is_let_go_and_what_was_used_stays()
    {
        var arrays = new LargeArrays(long.MaxValue);
        byte[] used = arrays.Rent(2 << 20);
        byte[] other = arrays.Rent(2 << 20);
        arrays.Return(arrays.Rent(1 << 20));
        arrays.Return(other);
        arrays.Return(used);
        arrays.DropUnused();
        Assert.Equal(5 << 20, arrays.KeptBytes);
        Assert.Same(used, arrays.Rent(2 << 20));
        arrays.Return(used);
        arrays.DropUnused();
        Assert.Equal(2 << 20, arrays.KeptBytes);
        Assert.Same(used, arrays.Rent(2 << 20));
        arrays.Return(used);
        arrays.DropUnused();
        arrays.DropUnused();
        Assert.Equal(0, arrays.KeptBytes);
    }
}
