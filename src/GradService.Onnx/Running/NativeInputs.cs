using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace GradService.Onnx.Running;

/// <summary>A caller's inputs as the runtime takes them: its own memory, pinned for as long as this is not disposed.</summary>
internal sealed unsafe class NativeInputs : IDisposable
{
    private readonly List<IDisposable> _held = [];
    private readonly List<(nuint Begin, nuint End)> _ranges = [];

    public NativeInputs(IReadOnlyList<ModelInput> inputs)
    {
        try
        {
            Names = [.. inputs.Select(input => input.Name)];
            Values = [.. inputs.Select(Value)];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Names { get; } = [];

    public IReadOnlyList<OrtValue> Values { get; } = [];

    /// <summary>Whether memory at an address is a caller's: a model whose output is its input gives that back.</summary>
    public bool Contains(void* address) => _ranges.Any(range => (nuint)address >= range.Begin && (nuint)address < range.End);

    public void Dispose()
    {
        for (int index = _held.Count - 1; index >= 0; index--)
        {
            _held[index].Dispose();
        }

        _held.Clear();
    }

    private OrtValue Value(ModelInput input)
    {
        OrtValue value = input switch
        {
            { Datatype: TensorDatatype.BYTES } => Strings(input),
            { Bytes.IsEmpty: true } => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, input.Datatype.Native(), [.. input.Shape]),
            _ => Pinned(input),
        };
        _held.Add(value);
        return value;
    }

    private static OrtValue Strings(ModelInput input)
    {
        OrtValue value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [.. input.Shape]);
        for (int index = 0; index < input.Strings.Count; index++)
        {
            value.StringTensorSetElementAt(input.Strings[index].Span, index);
        }

        return value;
    }

    private OrtValue Pinned(ModelInput input)
    {
        MemoryHandle handle = input.Bytes.Pin();
        _held.Add(new Unpinned(handle));
        if ((nuint)handle.Pointer % (nuint)input.Datatype.Size() != 0)
        {
            handle = Aligned(input.Bytes).Pin();
            _held.Add(new Unpinned(handle));
        }

        _ranges.Add(((nuint)handle.Pointer, (nuint)handle.Pointer + (nuint)input.Bytes.Length));
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, input.Datatype.Native(), [.. input.Shape], (nint)handle.Pointer, input.Bytes.Length);
    }

    // The runtime's vector loops may assume that an FP32 lies at a multiple of 4, which a tensor in the middle of a request's body need not.
    private Memory<byte> Aligned(ReadOnlyMemory<byte> bytes)
    {
        IMemoryOwner<byte> copy = MemoryPool<byte>.Shared.Rent(bytes.Length);
        _held.Add(copy);
        bytes.CopyTo(copy.Memory);
        return copy.Memory;
    }

    private sealed class Unpinned(MemoryHandle handle) : IDisposable
    {
        private MemoryHandle _handle = handle;

        public void Dispose() => _handle.Dispose();
    }
}
