using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace GradService.Hosting;

/// <summary>
/// The blocks that connections are read into and written from: up to fifteen times as long as the framework's, so that a tensor of megabytes
/// takes as many fewer calls of the system. Their length is no power of two: the beginnings of many blocks, all that small requests touch,
/// then do not crowd into the same few places of the processor's caches.
/// </summary>
internal sealed class WideBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int Line = 64;
    private const int Shortest = 65 * Line;
    private const int Longest = 963 * Line;
    private const int MostFree = 256;

    private readonly ConcurrentQueue<Block> _free = new();
    private readonly int _length;
    private int _count;

    /// <summary>A pool whose blocks together are at most a sixteenth of the memory when every connection holds one.</summary>
    /// <param name="connections">The most connections.</param>
    /// <param name="memory">The bytes of memory that the process may use.</param>
    public WideBlocks(long connections, long memory)
    {
        long fair = Math.Clamp(memory / 16 / connections, Shortest, Longest);
        _length = (int)(((fair / Line) - 1) | 1) * Line;
    }

    /// <summary>The bytes of a block.</summary>
    public override int MaxBufferSize => _length;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, _length);
        if (!_free.TryDequeue(out Block? block))
        {
            return new Block(this);
        }

        Interlocked.Decrement(ref _count);
        return block;
    }

    /// <summary>Lets go of the blocks that nobody holds.</summary>
    public void Release()
    {
        while (_free.TryDequeue(out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    protected override void Dispose(bool disposing)
    {
        // Every listener has this one pool, and disposes of it as of its own.
    }

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _count) <= MostFree)
        {
            _free.Enqueue(block);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private sealed class Block(WideBlocks pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(pool._length, pinned: true);

        public void Dispose() => pool.Return(this);
    }
}
