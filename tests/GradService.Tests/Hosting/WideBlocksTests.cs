using System.Buffers;
using GradService.Hosting;

namespace GradService.Tests.Hosting;

public sealed class WideBlocksTests
{
    [Theory]
    [InlineData(10_000, 24L << 30, 61_632)]
    [InlineData(10_000, 2L << 30, 13_376)]
    [InlineData(10_000, 256L << 20, 4160)]
    [InlineData(1, long.MaxValue, 61_632)]
    public void All_connections_together_hold_at_most_a_sixteenth_of_the_memory_in_blocks_of_odd_lines(long connections, long memory, int length)
    {
        using var pool = new WideBlocks(connections, memory);
        Assert.Equal(length, pool.MaxBufferSize);
        Assert.Equal(1, length / 64 % 2);
        using IMemoryOwner<byte> block = pool.Rent(4096);
        Assert.Equal(length, block.Memory.Length);
    }

    [Fact]
    public void Blocks_are_used_again_until_they_are_let_go()
    {
        using var pool = new WideBlocks(100, 1L << 30);
        IMemoryOwner<byte> first = pool.Rent();
        first.Dispose();
        IMemoryOwner<byte> again = pool.Rent();
        Assert.Same(first, again);
        again.Dispose();
        pool.Release();
        using IMemoryOwner<byte> other = pool.Rent();
        Assert.NotSame(first, other);
    }

    [Fact]
    public void A_longer_block_than_there_is_cannot_be_had()
    {
        using var pool = new WideBlocks(100, 1L << 30);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(pool.MaxBufferSize + 1));
    }
}
