namespace GradService.Onnx.Repository;

/// <summary>One model at one moment.</summary>
/// <param name="Name">The name: letters, digits, <c>_</c>, <c>-</c> and <c>.</c></param>
/// <param name="Versions">Its versions, oldest first.</param>
public sealed record ModelStatus(string Name, IReadOnlyList<ModelVersionStatus> Versions)
{
    /// <summary>The version that answers when none is named: the newest that serves. Null when none does.</summary>
    public ModelVersionStatus? Default => Versions.LastOrDefault(version => version.State == ModelState.Ready);
}
