namespace GradService.Onnx.Repository;

/// <summary>A <c>model.json</c> on disk, which need not be there.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Root">The folder that it may not lie outside of, whatever links lead there.</param>
/// <param name="Stamp">Shows its changes.</param>
internal sealed record ManifestFile(string Path, string Root, FileStamp Stamp)
{
    public const string FileName = "model.json";

    private const int MostBytes = 4 << 20;

    /// <summary>Reads it.</summary>
    /// <returns>Null when it is not there.</returns>
    /// <exception cref="ModelException">Unavailable: it is wrong or cannot be read.</exception>
    public ModelManifest? Read()
    {
        try
        {
            if (!File.Exists(Path))
            {
                return null;
            }

            if (!RealPath.IsInside(Path, Root))
            {
                throw new ModelException(ModelFault.Unavailable, $"{FileName} is a link that leads out of {Root}.");
            }

            return new FileInfo(Path).Length <= MostBytes
                ? ModelManifest.Parse(File.ReadAllBytes(Path))
                : throw new ModelException(ModelFault.Unavailable, $"{FileName} has more than {MostBytes} bytes.");
        }
        catch (Exception exception) when (exception is ManifestException or IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ModelFault.Unavailable, exception.Message, exception);
        }
    }
}
