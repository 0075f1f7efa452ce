namespace GradService.Tests.InferenceProtocol;

/// <summary>A model repository of the tests' own, below the folder for temporary files.</summary>
internal sealed class ModelFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("models").FullName;

    /// <summary>The settings of a service that watches it, closely.</summary>
    public (string Name, string Value)[] Settings(params (string Name, string Value)[] more) =>
        [("Onnx:Enabled", "true"), ("Onnx:ModelRepository", Path), ("Onnx:PollSeconds", "0.05"), .. more];

    /// <summary>Puts a version there, or another file in its place, in one step.</summary>
    public void Put(string model, int version, byte[] file)
    {
        string written = System.IO.Path.Combine(Path, $"{Guid.NewGuid():N}.part");
        File.WriteAllBytes(written, file);
        File.Move(written, System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(Path, model, $"{version}")).FullName, "model.onnx"), overwrite: true);
    }

    /// <summary>Takes a version away.</summary>
    public void Remove(string model, int version) => Directory.Delete(System.IO.Path.Combine(Path, model, $"{version}"), recursive: true);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
