using System.Globalization;

namespace GradService.Onnx.Repository;

/// <summary>Finds models below a folder: <c>model/version/model.onnx</c>.</summary>
internal static class ModelFolders
{
    public const string FileName = "model.onnx";

    /// <summary>Looks for models.</summary>
    /// <param name="root">The folder, which is there.</param>
    /// <param name="ignore">Told of folders that are no models', and why.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static List<FoundModel> Find(string root, Action<string, string> ignore)
    {
        var models = new List<FoundModel>();
        foreach (DirectoryInfo folder in new DirectoryInfo(root).EnumerateDirectories().OrderBy(folder => folder.Name, StringComparer.Ordinal))
        {
            if (folder.Name.StartsWith('.') || folder.Name == "lost+found")
            {
                continue;
            }

            if (!ModelName.IsAllowed(folder.Name))
            {
                ignore(folder.FullName, $"A model's name is {ModelName.Expected}.");
            }
            else if (Model(root, folder, ignore) is { } model)
            {
                models.Add(model);
            }
        }

        return models;
    }

    /// <summary>Where a model's manifest lies.</summary>
    public static ManifestFile Manifest(string root, string name)
    {
        string path = Path.Combine(root, name, ManifestFile.FileName);
        return new ManifestFile(path, root, FileStamp.OfFile(path));
    }

    private static FoundModel? Model(string root, DirectoryInfo folder, Action<string, string> ignore)
    {
        try
        {
            if (RealPath.IsInside(folder.FullName, root))
            {
                List<FoundVersion> versions = Versions(root, folder);
                return versions.Count == 0 ? null : new FoundModel(folder.Name, Manifest(root, folder.Name), versions);
            }

            ignore(folder.FullName, $"It is a link that leads out of {root}.");
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ignore(folder.FullName, exception.Message);
            return new FoundModel(folder.Name, new ManifestFile(string.Empty, root, FileStamp.None), []) { IsUnreadable = true };
        }
    }

    private static List<FoundVersion> Versions(string root, DirectoryInfo folder) =>
    [
        .. from child in folder.EnumerateDirectories()
           let version = Version(child.Name)
           where version > 0
           orderby version descending
           select new FoundVersion(version, Path.Combine(child.FullName, FileName), folder.FullName, root, FileStamp.OfFolder(child.FullName)),
    ];

    // As Triton does: whole numbers alone, and none with a zero before it, of which there could be several for one version.
    private static int Version(string name) =>
        name[0] != '0' && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : 0;
}
