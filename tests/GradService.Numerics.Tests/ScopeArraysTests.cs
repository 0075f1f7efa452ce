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
        const int Large = 256 << 20;
        byte[] first = ScopeArrays.Rent(Large);
        ScopeArrays.Return(first);
        if (Large <= ScopeArrays.MostKept)
        {
            Assert.Same(first, ScopeArrays.Rent(Large));
        }

        int many = (int)(ScopeArrays.MostKept / Large) + 2;
        foreach (byte[] array in Enumerable.Range(0, many).Select(_ => ScopeArrays.Rent(Large)).ToList())
        {
            ScopeArrays.Return(array);
        }

        Assert.InRange(ScopeArrays.KeptBytes, 0, ScopeArrays.MostKept);
    }
}
