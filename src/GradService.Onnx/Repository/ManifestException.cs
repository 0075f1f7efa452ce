namespace GradService.Onnx.Repository;

/// <summary>A <c>model.json</c> that says something wrong.</summary>
/// <param name="path">The JSON path of it: <c>$.mean[1]</c>.</param>
/// <param name="message">A sentence: what was found and what was expected.</param>
public sealed class ManifestException(string path, string message) : Exception($"model.json: {path}: {message}")
{
    /// <summary>The JSON path of what is wrong.</summary>
    public string Path { get; } = path;
}
