using GradService.Hosting;
using GradService.Numerics.Tensors;
using GradService.Operations;
using GradService.Rest;
using Microsoft.Extensions.Configuration;

namespace GradService.Fuzzing.Targets;

/// <summary>A JSON body bound to the request of an operation; the first byte chooses which.</summary>
internal static class BinderTarget
{
    private static readonly RequestReader[] Readers = [.. new OperationCatalog().All.Select(operation => new RequestReader(operation, Limits))];

    public static Limits Limits => new(new ConfigurationBuilder().Build());

    public static void Read(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        using TensorScope scope = FuzzTarget.Memory();
        Readers[bytes[0] % Readers.Length].Read(bytes.AsMemory(1), scope);
    }
}
