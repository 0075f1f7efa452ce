using System.Buffers.Binary;
using GradService.InferenceProtocol;
using GradService.Numerics.Tensors;
using GradService.Operations;
using GradService.Wire;

namespace GradService.Fuzzing.Targets;

/// <summary>An infer request of the Open Inference Protocol: the first two bytes are the length of its JSON, 65535 for no header, and the rest the body.</summary>
internal static class FramingTarget
{
    private static readonly InferenceRequestReader Reader = new(
        new OperationModel(new OperationCatalog().ByModel("losses.cross_entropy")!, BinderTarget.Limits), WireLimits.Default);

    public static void Read(byte[] bytes)
    {
        if (bytes.Length < sizeof(ushort))
        {
            return;
        }

        int declared = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        Memory<byte> body = bytes.AsMemory(sizeof(ushort));
        using TensorScope scope = FuzzTarget.Memory();
        Reader.Read(body, declared == ushort.MaxValue ? null : InferenceHeaders.Within(declared, body.Length), scope);
    }
}
