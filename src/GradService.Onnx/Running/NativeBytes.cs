using System.Buffers;

namespace GradService.Onnx.Running;

/// <summary>Native memory as <see cref="Memory{T}"/>. Whoever hands it out keeps the memory alive.</summary>
internal sealed unsafe class NativeBytes(byte* address, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => new(address, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(address + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
