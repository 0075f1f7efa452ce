using System.Buffers;
using GradService.Numerics.Tensors;

namespace GradService.InferenceProtocol;

/// <summary>Collects text whose length must be known before it is sent, in memory that is charged to the request.</summary>
internal sealed class ScopedWriter(TensorScope scope) : IBufferWriter<byte>
{
    private Memory<byte> _memory = scope.RentBytes(1024);
    private int _count;

    public ReadOnlyMemory<byte> Written => _memory[.._count];

    public void Advance(int count) => _count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int wanted = Math.Max(sizeHint, 1);
        if (_memory.Length - _count < wanted)
        {
            _memory = scope.Resize(_memory, Math.Max(2L * _memory.Length, (long)_count + wanted), _count);
        }

        return _memory[_count..];
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
