namespace GradService.Onnx.Repository;

/// <summary>A version of a model as it lies on disk.</summary>
/// <param name="Version">The version.</param>
/// <param name="ModelFile">Its ONNX file, which need not be there.</param>
/// <param name="ModelFolder">The model's folder, which external data may lie in.</param>
/// <param name="Root">The folder that no file may lie outside of, whatever links lead there.</param>
/// <param name="Stamp">Shows changes of the version's files.</param>
internal sealed record FoundVersion(int Version, string ModelFile, string ModelFolder, string Root, FileStamp Stamp)
{
    /// <summary>What the ONNX file must hash to; null when that is not told.</summary>
    public string? Sha256 { get; init; }

    /// <summary>How its fetching stands; null when it is on this machine.</summary>
    public FetchState? Fetch { get; init; }
}

/// <summary>How the fetching of a version stands that is not on this machine yet.</summary>
/// <param name="HasFailed">Whether it has been given up for a while.</param>
/// <param name="Reason">A sentence on it.</param>
internal sealed record FetchState(bool HasFailed, string Reason);

/// <summary>A model as it lies on disk.</summary>
/// <param name="Name">The name.</param>
/// <param name="Manifest">Its <c>model.json</c>, which need not be there.</param>
/// <param name="Versions">Its versions, newest first.</param>
internal sealed record FoundModel(string Name, ManifestFile Manifest, IReadOnlyList<FoundVersion> Versions)
{
    /// <summary>Whether its folder cannot be read, so that nothing is known of its versions.</summary>
    public bool IsUnreadable { get; init; }
}
