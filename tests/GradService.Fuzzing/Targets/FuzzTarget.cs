using GradService.Numerics;
using GradService.Numerics.Tensors;
using GradService.Onnx;
using GradService.Onnx.Pictures;
using GradService.Onnx.Repository;
using GradService.Wire;

namespace GradService.Fuzzing.Targets;

/// <summary>A piece of the service that reads bytes from outside. Given any, it reads them or refuses them; whatever else it throws is a defect.</summary>
/// <param name="Name">Its name, that of its folder in the corpus.</param>
/// <param name="Read">Reads an input.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Read)
{
    // Enough for what an input of a few kilobytes may ask for, and a limit that one which asks for more runs into.
    private const long MostBytes = 64 << 20;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("scanner", ScannerTarget.Read),
        new("binder", BinderTarget.Read),
        new("framing", FramingTarget.Read),
        new("picture", PictureTarget.Read),
        new("manifest", bytes => ModelManifest.Parse(bytes)),
    ];

    /// <summary>The inputs that a search starts from, and those that once found something.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> Corpus =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", Name)).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)));

    /// <summary>Memory for one input.</summary>
    public static TensorScope Memory() => new(new MemoryBudget(MostBytes));

    /// <summary>Reads an input, and lets pass what is said of a wrong one.</summary>
    public void Run(byte[] input)
    {
        try
        {
            Read(input);
        }
        catch (Exception exception) when (exception is BodyException or OperandException or MemoryBudgetException or PictureException or ManifestException or ModelException)
        {
            if (exception.Message.Length < 10)
            {
                throw new InvalidOperationException($"Refused with no more than \"{exception.Message}\".", exception);
            }
        }
    }
}
