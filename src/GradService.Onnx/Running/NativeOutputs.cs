using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace GradService.Onnx.Running;

/// <summary>The tensors that a run gave, where the runtime wrote them; disposing this frees them.</summary>
internal sealed unsafe class NativeOutputs : IDisposable
{
    private readonly IDisposableReadOnlyCollection<OrtValue> _values;

    public NativeOutputs(IReadOnlyList<string> names, IDisposableReadOnlyCollection<OrtValue> values, NativeInputs inputs)
    {
        _values = values;
        Outputs = [.. names.Select((name, index) => Output(name, values[index], inputs))];
    }

    public IReadOnlyList<ModelOutput> Outputs { get; }

    public void Dispose() => _values.Dispose();

    private static ModelOutput Output(string name, OrtValue value, NativeInputs inputs)
    {
        if (!value.IsTensor)
        {
            throw new ModelException(ModelFault.Failed, $"Output '{name}' is no tensor this time but {value.OnnxType}.");
        }

        OrtTensorTypeAndShapeInfo type = value.GetTensorTypeAndShape();
        TensorDatatype datatype = type.ElementDataType.Datatype()
            ?? throw new ModelException(ModelFault.Failed, $"Output '{name}' is {type.ElementDataType} this time, which cannot be sent.");
        return datatype == TensorDatatype.BYTES
            ? new ModelOutput(name, datatype, type.Shape, ReadOnlyMemory<byte>.Empty, Strings(value, (int)type.ElementCount))
            : new ModelOutput(name, datatype, type.Shape, Bytes(name, value, inputs), []);
    }

    private static ReadOnlyMemory<byte> Bytes(string name, OrtValue value, NativeInputs inputs)
    {
        long size = value.GetTensorSizeInBytes();
        if (size == 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (size > Array.MaxLength)
        {
            throw new ModelException(ModelFault.WrongInput, $"Output '{name}' has {size} bytes for these inputs; at most {Array.MaxLength} can be sent. Send less at once.");
        }

        Span<byte> bytes = value.GetTensorMutableRawData();
        byte* address = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        return inputs.Contains(address) ? bytes.ToArray() : new NativeBytes(address, (int)size).Memory;
    }

    private static ReadOnlyMemory<byte>[] Strings(OrtValue value, int count)
    {
        var strings = new ReadOnlyMemory<byte>[count];
        for (int index = 0; index < count; index++)
        {
            strings[index] = value.GetStringElementAsSpan(index).ToArray();
        }

        return strings;
    }
}
